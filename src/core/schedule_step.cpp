#include "core/schedule_step.hpp"
