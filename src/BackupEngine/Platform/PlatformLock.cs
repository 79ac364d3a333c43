using System.Globalization;

namespace CloudBackup.Platform;

/// <summary>
/// A lock between processes, held on an open file: the operating system drops it when the process dies, whatever it dies of, so there is
/// never a stale one. Who holds it is written beside it, for the message to others.
/// </summary>
internal sealed class PlatformLock : IDisposable
{
    private readonly FileStream _file;
    private readonly string _ownerPath;

    private PlatformLock(FileStream file, string ownerPath)
    {
        _file = file;
        _ownerPath = ownerPath;
    }

    /// <summary>Takes the lock; null when another process has it, which is then described in <paramref name="owner"/>.</summary>
    /// <param name="home">The platform.</param>
    /// <param name="name">The name of the lock.</param>
    /// <param name="operation">What it is taken for.</param>
    /// <param name="time">Tells since when.</param>
    /// <param name="owner">Who has it.</param>
    public static PlatformLock? TryTake(PlatformHome home, string name, string operation, TimeProvider time, out string owner)
    {
        var path = home.LockPath(name);
        var ownerPath = path + ".owner";
        owner = "";
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
        }
        catch (IOException failure) when (MachineFailure.IsInUse(failure))
        {
            owner = ReadOwner(ownerPath);
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw MachineFailure.ExplainHome(home.Path, failure);
        }
        try
        {
            var since = time.GetUtcNow().ToString("u", CultureInfo.InvariantCulture);
            File.WriteAllText(ownerPath, $"{operation}, process {Environment.ProcessId}, since {since}");
            return new PlatformLock(file, ownerPath);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            file.Dispose();
            throw MachineFailure.ExplainHome(home.Path, failure);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            File.Delete(_ownerPath);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The note is only for people; the lock itself is what counts.
        }
        _file.Dispose();
    }

    private static string ReadOwner(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return "another process";
        }
    }
}
