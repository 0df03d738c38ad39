#include "core/zone.hpp"
