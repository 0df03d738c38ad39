#pragma once

#include "app/private_view.hpp"
#include "os/drop_privileges.hpp"

namespace escher {

/// Splits this process, root's, in two, and returns in the child: that is `owner` from here on, for good and without any
/// privilege, and asks for what it may not see through the view that is returned. The parent answers from `own`, checking
/// every question as a stranger's; it passes signals on and ends as the child does, and never returns. Throws Error where
/// the child cannot be made what it is to be.
[[nodiscard]] PrivateView become_owner(const os::UnprivilegedUser& owner, const PrivateView& own);

/// The two sides of it, for who has a socket already. `answer` handles one question; false: the other end is gone.
[[nodiscard]] PrivateView view_through(os::Fd socket);
[[nodiscard]] bool answer(int socket, const PrivateView& own);

} // namespace escher
