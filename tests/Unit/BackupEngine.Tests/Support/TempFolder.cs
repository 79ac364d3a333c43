using CloudBackup.FileTree;
using CloudBackup.Swapping;

namespace CloudBackup.Tests.Support;

/// <summary>A folder for one test, removed when the test ends. Below CLOUDBACKUP_TEST_ROOT when that is set.</summary>
internal sealed class TempFolder : IDisposable
{
    private static int _last;

    /// <summary>Makes the folder.</summary>
    /// <param name="root">Where; null for the place of all tests' files.</param>
    public TempFolder(string? root = null)
    {
        root ??= Environment.GetEnvironmentVariable("CLOUDBACKUP_TEST_ROOT") ?? Environment.GetEnvironmentVariable("TMPDIR") ?? "/tmp";
        Path = System.IO.Path.Join(root, $"cloudbackup-test-{Environment.ProcessId}-{Interlocked.Increment(ref _last)}");
        Directory.CreateDirectory(Path);
    }

    /// <summary>A place in memory where the machine has one, for tests that make very many files.</summary>
    public static string? Memory { get; } = Directory.Exists("/dev/shm") ? "/dev/shm" : null;

    public string Path { get; }

    /// <summary>A path inside.</summary>
    public string this[string name] => System.IO.Path.Join(Path, name);

    /// <summary>Makes a folder inside and returns its path.</summary>
    public string Make(string name) => Directory.CreateDirectory(this[name]).FullName;

    /// <summary>Writes a file inside and returns its path.</summary>
    public string Write(string name, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[name])!);
        File.WriteAllText(this[name], text);
        return this[name];
    }

    public void Dispose()
    {
        // Names of any bytes and folders without rights: .NET cannot remove them, our own code can.
        using var parent = LocalFileSystem.Open(System.IO.Path.GetDirectoryName(Path)!);
        TreeRemoval.Remove(parent, System.IO.Path.GetFileName(Path));
    }
}
