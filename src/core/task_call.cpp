#include "core/task_call.hpp"
