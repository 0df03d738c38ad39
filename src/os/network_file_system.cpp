#include "os/network_file_system.hpp"

#include "os/errno_text.hpp"

#include <escher/error.hpp>

#include <sys/statfs.h>

#include <array>
#include <cerrno>

namespace escher::os {

namespace {

struct NetworkType {
    unsigned long magic;
    const char* name;
};

/// statfs(2) has the numbers. Cluster file systems count: their locks are only as good as the cluster's manager.
constexpr std::array network_types = {
    NetworkType{0x6969, "nfs"},       NetworkType{0x517B, "smb"},        NetworkType{0xFF534D42, "cifs"},
    NetworkType{0xFE534D42, "smb2"},  NetworkType{0x65735546, "fuse"},   NetworkType{0x73757245, "coda"},
    NetworkType{0x5346414F, "afs"},   NetworkType{0x6B414653, "afs"},    NetworkType{0x564C, "ncp"},
    NetworkType{0x01021997, "9p"},    NetworkType{0x00C36400, "ceph"},   NetworkType{0x01161970, "gfs2"},
    NetworkType{0x7461636F, "ocfs2"}, NetworkType{0x0BD00BD0, "lustre"}, NetworkType{0x786F4256, "vboxsf"},
    NetworkType{0x19830326, "fhgfs"}, NetworkType{0x47504653, "gpfs"},   NetworkType{0x20030528, "orangefs"},
};

/// The parent tells as well, of what is not there or cannot be entered.
bool means_ask_the_parent(int error)
{
    return error == ENOENT || error == ENOTDIR || error == EACCES || error == ELOOP || error == ENAMETOOLONG;
}

[[noreturn]] void cannot_tell(const std::filesystem::path& path, int error)
{
    throw Error(ErrorKind::io,
                "cannot tell what file system '" + path.string() + "' lies on: " + errno_text(error) + remedy(error));
}

} // namespace

std::optional<std::string> network_file_system(const std::filesystem::path& path)
{
    struct statfs about = {};
    std::error_code error;
    auto existing = std::filesystem::absolute(path, error);
    if (error)
        cannot_tell(path, error.value());
    for (; !existing.empty(); existing = existing.parent_path()) {
        if (::statfs(existing.c_str(), &about) == 0) {
            // The field is signed, and the numbers of old are of 32 bits.
            const auto magic = static_cast<unsigned long>(about.f_type) & 0xFFFFFFFFUL;
            for (const auto& type : network_types)
                if (type.magic == magic)
                    return type.name;
            return std::nullopt;
        }
        if (!means_ask_the_parent(errno))
            cannot_tell(existing, errno);
        if (existing == existing.parent_path())
            break;
    }
    return std::nullopt;
}

} // namespace escher::os
