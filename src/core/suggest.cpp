#include "core/suggest.hpp"
