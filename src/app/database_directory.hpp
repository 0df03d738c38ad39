#pragma once

#include "config/config.hpp"

#include <escher/access.hpp>

namespace escher {

/// Makes sure that the database can be opened where the config puts it. For Access::create where there is no config at
/// all the directory is made, for this person alone (0700). Throws Error: a network
/// file system, a missing directory or file, with the remedy.
void prepare_database_directory(const Config& config, Access access);

} // namespace escher
