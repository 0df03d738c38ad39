#include "core/cron.hpp"
