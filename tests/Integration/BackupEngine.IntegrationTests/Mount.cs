namespace CloudBackup.IntegrationTests;

/// <summary>A file system in a file, mounted for one test.</summary>
internal sealed class Mount : IDisposable
{
    private readonly string _image;

    private Mount(string path, string image)
    {
        Path = path;
        _image = image;
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
        Assert.SkipUnless(result.ExitCode == 0, $"{kind} cannot be mounted here: {result.Error}");
        return new Mount(path, image);
    }

    public void Remount(string options) => Tools.Run("mount", "-o", $"remount,{options}", Path);

    public void Dispose()
    {
        Tools.Run("umount", Path);
        File.Delete(_image);
    }
}
