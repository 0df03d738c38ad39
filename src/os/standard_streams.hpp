#pragma once

namespace escher::os {

/// Opens /dev/null on each of 0, 1 and 2 that is closed. Call first: otherwise the next file opened lands there.
void secure_standard_streams();

} // namespace escher::os
