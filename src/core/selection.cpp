#include "core/selection.hpp"
