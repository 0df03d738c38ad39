#include "core/next_time.hpp"
