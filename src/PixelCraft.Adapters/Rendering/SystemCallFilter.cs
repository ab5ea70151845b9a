using System.Runtime.InteropServices;
using static System.Runtime.InteropServices.Architecture;

namespace PixelCraft.Adapters.Rendering;

/// <summary>
/// Takes system calls away from this process that decoding never makes, and its children and programs with it: connections,
/// other processes, rights, mounts, keys, kernel modules and what the kernel was often attacked through. They fail with EPERM.
/// A program for the kernel's filter: seccomp(2), Documentation/userspace-api/seccomp_filter.rst. Names and numbers are those of
/// arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h of Linux.
/// </summary>
internal static class SystemCallFilter
{
    private const int GetSeccomp = 21, SetSeccomp = 22, Filter = 2;

    // linux/bpf_common.h: load a word at an offset of seccomp_data; jump if equal, if not below, if any bit is set; end.
    private const ushort Load = 0x20, JumpIfEqual = 0x15, JumpIfNotBelow = 0x35, JumpIfAny = 0x45, Return = 0x06;
    private const uint NumberAt = 0, ArchitectureAt = 4, FirstArgumentAt = 16;

    // linux/seccomp.h and errno(3).
    private const uint Allow = 0x7FFF0000, Fail = 0x00050000, Kill = 0x80000000, NotPermitted = 1, NoSuchCall = 38;

    /// <summary>Where the numbers of the second ABI of x86-64 begin.</summary>
    private const uint X32 = 0x40000000;

    /// <summary>CLONE_NEW*, linux/sched.h: new namespaces, in which one is root.</summary>
    private const uint NewNamespaces = 0x7E020000;

    /// <summary>Its flags are out of the filter's sight. Told that there is no such call, libraries use clone.</summary>
    private const uint Clone3 = 435;

    private static readonly uint[] DeniedOnX64 =
    [
        41, 42, 43, 44, 49, 50, 288, // socket connect accept sendto bind listen accept4
        101, 310, 311, 312, // ptrace process_vm_readv process_vm_writev kcmp
        105, 106, 113, 114, 116, 117, 119, 122, 123, 126, // setuid setgid setreuid setregid setgroups setresuid setresgid setfsuid setfsgid capset
        135, 155, 161, 163, 165, 166, 167, 168, 179, 272, 308, // personality pivot_root chroot acct mount umount2 swapon swapoff quotactl unshare setns
        159, 164, 169, 170, 171, 227, 305, // adjtimex settimeofday reboot sethostname setdomainname clock_settime clock_adjtime
        175, 176, 246, 313, 320, // init_module delete_module kexec_load finit_module kexec_file_load
        248, 249, 250, 298, 303, 304, 321, 323, // add_key request_key keyctl perf_event_open name_to_handle_at open_by_handle_at bpf userfaultfd
    ];

    // In the same order.
    private static readonly uint[] DeniedOnArm64 =
    [
        198, 203, 202, 206, 200, 201, 242,
        117, 270, 271, 272,
        146, 144, 145, 143, 159, 147, 149, 151, 152, 91,
        92, 41, 51, 89, 40, 39, 224, 225, 60, 97, 268,
        171, 170, 142, 161, 162, 112, 266,
        105, 106, 104, 273, 294,
        217, 218, 219, 241, 264, 265, 280, 282,
    ];

    // These have one number everywhere: pidfd_send_signal io_uring_setup io_uring_enter io_uring_register, open_tree move_mount fsopen fsconfig
    // fsmount fspick, pidfd_open pidfd_getfd mount_setattr.
    private static readonly uint[] Denied = [424, 425, 426, 427, 428, 429, 430, 431, 432, 433, 434, 438, 442];

    /// <summary>Whether the kernel has filters, and this is a processor whose numbers are known here.</summary>
    public static bool IsSupported { get; } =
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is X64 or Arm64 && prctl(GetSeccomp, 0, 0, 0, 0) >= 0;

    /// <summary>Filters this thread and all that it starts, for good. Needs no rights but <c>no_new_privs</c>.</summary>
    public static void Apply()
    {
        var instructions = RuntimeInformation.ProcessArchitecture == X64
            ? Compile(0xC000003E, DeniedOnX64, clone: 56)
            : Compile(0xC00000B7, DeniedOnArm64, clone: 220);
        var pinned = GCHandle.Alloc(instructions, GCHandleType.Pinned);
        var program = new Program { Length = (ushort)instructions.Length, Instructions = pinned.AddrOfPinnedObject() };
        var failed = prctl(SetSeccomp, Filter, ref program, 0, 0) != 0;
        pinned.Free();
        if (failed) throw new InvalidOperationException($"seccomp: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    private static Instruction[] Compile(uint architecture, uint[] denied, uint clone) =>
    [
        new(Load, ArchitectureAt), new(JumpIfEqual, architecture, 1, 0), new(Return, Kill),
        new(Load, NumberAt), new(JumpIfNotBelow, X32, 0, 1), new(Return, Fail | NotPermitted),
        new(JumpIfEqual, Clone3, 0, 1), new(Return, Fail | NoSuchCall),
        .. denied.Concat(Denied).SelectMany(number => (Instruction[])[new(JumpIfEqual, number, 0, 1), new(Return, Fail | NotPermitted)]),
        new(JumpIfEqual, clone, 1, 0), new(Return, Allow),
        new(Load, FirstArgumentAt), new(JumpIfAny, NewNamespaces, 0, 1), new(Return, Fail | NotPermitted),
        new(Return, Allow),
    ];

    /// <summary>struct sock_filter: jumps pass over so many of the next ones, when true and when not.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Instruction(ushort code, uint value, byte whenTrue = 0, byte whenFalse = 0)
    {
        public readonly ushort Code = code;
        public readonly byte WhenTrue = whenTrue;
        public readonly byte WhenFalse = whenFalse;
        public readonly uint Value = value;
    }

    /// <summary>struct sock_fprog.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Program
    {
        public ushort Length;
        public nint Instructions;
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int prctl(int option, nuint value, ref Program program, nuint fourth, nuint fifth);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int prctl(int option, nuint value, nuint third, nuint fourth, nuint fifth);
}
