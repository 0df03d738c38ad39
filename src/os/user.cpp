#include "os/user.hpp"

#include "os/account.hpp"
#include "os/name_service.hpp"

namespace escher::os {

bool user_exists(const std::string& name)
{
    const auto answer = look_up_user(name);
    return answer.found || answer.error != 0;
}

std::string user_name()
{
    return Accounts().own().name;
}

} // namespace escher::os
