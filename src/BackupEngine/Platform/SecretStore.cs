using System.Buffers;
using System.Globalization;
using CloudBackup.FileTree;

namespace CloudBackup.Platform;

/// <summary>
/// Secrets of the platform: keys and credentials, each in a file of its own below <c>secrets/</c> in the platform home, that only its
/// owner can read. They are in no catalog, so that a copy of the catalog gives nothing away. A write is atomic and durable.
/// </summary>
internal sealed class SecretStore
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    private static int _lastWrite;

    private readonly PlatformHome _home;
    private readonly string _folder;

    /// <summary>The secrets of a platform.</summary>
    public SecretStore(PlatformHome home)
    {
        _home = home;
        _folder = home.SecretsPath;
    }

    /// <summary>The names of all secrets that begin so.</summary>
    public IReadOnlyList<string> List(string prefix) =>
        [.. Directory.EnumerateFiles(_folder).Select(path => Path.GetFileName(path)!)
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];

    /// <summary>A secret; null when there is none of the name.</summary>
    public byte[]? Read(string name)
    {
        try
        {
            return File.ReadAllBytes(PathOf(name));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw MachineFailure.ExplainHome(_folder, failure);
        }
    }

    /// <summary>Keeps a secret, in place of the one of the same name.</summary>
    public void Write(string name, ReadOnlySpan<byte> secret)
    {
        var path = PathOf(name);
        var folderName = string.Create(CultureInfo.InvariantCulture, $"secret-{Interlocked.Increment(ref _lastWrite)}");
        var temporary = Path.Join(_home.MakeTemporaryFolder(folderName), name);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }
        try
        {
            using (var file = new FileStream(temporary, options))
            {
                file.Write(secret);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
            using var folder = LocalFileSystem.Open(_folder);
            folder.Flush();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw MachineFailure.ExplainHome(_folder, failure);
        }
        finally
        {
            _home.RemoveTemporaryFolder(folderName);
        }
    }

    /// <summary>Forgets a secret; none of the name is no error.</summary>
    public void Remove(string name)
    {
        try
        {
            File.Delete(PathOf(name));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw MachineFailure.ExplainHome(_folder, failure);
        }
    }

    /// <summary>Whether a secret can have this name.</summary>
    public static bool IsName(string name) => name.Length > 0 && name[0] != '.' && !name.AsSpan().ContainsAnyExcept(NameCharacters);

    private string PathOf(string name) => IsName(name)
        ? Path.Join(_folder, name)
        : throw new ArgumentException($"'{name}' is no name of a secret.", nameof(name));
}
