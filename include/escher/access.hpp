#pragma once

namespace escher {

/// What a Store is opened for.
enum class Access {
    read, ///< it must exist; nothing is ever written
    write, ///< it must exist and hold our schema
    create, ///< what is missing is made, an old schema migrated; where a file is to lie, the directory must exist
};

} // namespace escher
