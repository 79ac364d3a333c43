namespace CloudBackup.IntegrationTests;

/// <summary>A file system in a file, mounted for one test.</summary>
internal sealed class Mount : IDisposable
{
    private readonly string _image;
    private readonly string? _device;

    private Mount(string path, string image, string? device)
    {
        Path = path;
        _image = image;
        _device = device;
    }

    public string Path { get; }

    /// <summary>Makes and mounts one; skips the test where that is not possible.</summary>
    /// <param name="folder">Where its file and mount point go.</param>
    /// <param name="kind">Such as ext4 or vfat.</param>
    /// <param name="megabytes">Its size.</param>
    public static Mount Make(string folder, string kind, int megabytes)
    {
        Tools.NeedRoot();
        Tools.Need("mount", $"mkfs.{kind}");
        var image = System.IO.Path.Join(folder, $"{kind}.img");
        var path = Directory.CreateDirectory(System.IO.Path.Join(folder, $"mnt-{kind}")).FullName;
        using (var file = File.Create(image))
        {
            file.SetLength(megabytes * 1024L * 1024);
        }
        string[] force = kind switch
        {
            "ext4" => ["-q", "-F"],
            "xfs" or "btrfs" => ["-q", "-f"],
            _ => [],
        };
        Tools.Run($"mkfs.{kind}", [.. force, image]);
        var result = Tools.Try("mount", "-o", "loop", image, path);
        if (result.ExitCode != 0)
        {
            var mount = MakeInUserSpace(kind, image, path);
            Assert.SkipWhen(mount is null, $"{kind} cannot be mounted here: {result.Error}");
            return mount;
        }
        return new Mount(path, image, device: null);
    }

    /// <summary>Mounts what the kernel does not know by a driver of FUSE; null where there is none.</summary>
    private static Mount? MakeInUserSpace(string kind, string image, string path)
    {
        switch (kind)
        {
            case "vfat" when Tools.Has("fusefat"):
                Tools.Run("fusefat", "-o", "rw+", image, path);
                return new Mount(path, image, device: null);
            case "exfat" when Tools.Has("mount.exfat-fuse"):
                var device = Tools.Run("losetup", "--find", "--show", image).Trim();
                Tools.Run("mount.exfat-fuse", device, path);
                return new Mount(path, image, device);
            default:
                return null;
        }
    }

    public void Remount(string options) => Tools.Run("mount", "-o", $"remount,{options}", Path);

    public void Dispose()
    {
        Tools.Run("umount", Path);
        if (_device is not null)
        {
            Tools.Run("losetup", "--detach", _device);
        }
        File.Delete(_image);
    }
}
