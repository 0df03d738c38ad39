#include "core/policy.hpp"
