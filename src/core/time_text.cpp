#include "core/time_text.hpp"
