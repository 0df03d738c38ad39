#include "os/name_service.hpp"
#include "os/system.hpp"

namespace escher::os {

bool user_exists(const std::string& name)
{
    const auto answer = look_up_user(name);
    return answer.found || answer.error != 0;
}

} // namespace escher::os
