#include "core/reason.hpp"
