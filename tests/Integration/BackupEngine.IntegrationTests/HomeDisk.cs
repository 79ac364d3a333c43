using CloudBackup.Tests.Support;

namespace CloudBackup.IntegrationTests;

/// <summary>A small disk of its own for a platform's home. Skips the test where it cannot be mounted.</summary>
internal sealed class HomeDisk : IDisposable
{
    private readonly TestPlatform _platform;
    private readonly Mount? _mount;
    private readonly string _home;

    /// <summary>Mounts it over the home of a new platform, which is made anew on it.</summary>
    public HomeDisk(TestPlatform platform, string kind, int megabytes = 16)
    {
        Tools.NeedRoot();
        Tools.Need("mount");
        _platform = platform;
        _home = platform.Folder["home"];
        platform.Engine.Dispose();
        if (kind == "tmpfs")
        {
            Tools.Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", _home);
        }
        else
        {
            _mount = Mount.Make(platform.Folder.Path, kind, megabytes);
            Tools.Run("mount", "--bind", _mount.Path, _home);
        }
        platform.Reopen();
    }

    /// <summary>Mounts it again, read-only (ro) or writable (rw).</summary>
    public void Remount(string mode) => Tools.Run("mount", "-o", _mount is null ? $"remount,{mode}" : $"remount,bind,{mode}", _home);

    public void Dispose()
    {
        _platform.Engine.Dispose();
        Tools.Run("umount", _home);
        _mount?.Dispose();
    }
}
