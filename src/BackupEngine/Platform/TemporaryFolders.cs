using System.Globalization;

namespace CloudBackup.Platform;

/// <summary>
/// Everything that the platform's home holds for a time only: dumps, decrypted indexes, unpacked archives. Each open home has one folder
/// <c>tmp/run-PROCESS-NUMBER</c>, with a locked file that dies with its process. Folders whose process is gone are removed by the next process;
/// those of a living process stay. Thread-safe.
/// </summary>
/// <param name="root">The folder <c>tmp</c> of the home.</param>
/// <param name="makeFolder">Makes a folder that only its owner can enter.</param>
/// <param name="time">Tells how old a folder is that has no owner.</param>
internal sealed class TemporaryFolders(string root, Action<string> makeFolder, TimeProvider time) : IDisposable
{
    private const string Prefix = "run-";
    private const string OwnerFile = "owner";

    /// <summary>Older versions named no owner; nothing runs for longer than this without touching its folder.</summary>
    private static readonly TimeSpan YoungestWithoutOwner = TimeSpan.FromDays(1);

    private static int _lastNumber;

    private readonly Lock _lock = new();
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private string? _own;
    private FileStream? _owner;

    /// <summary>Makes an empty folder of this name; one that this process made before is emptied.</summary>
    public string Make(string name)
    {
        lock (_lock)
        {
            if (_own is null)
            {
                Sweep();
                Begin();
            }
            var folder = Path.Join(_own, name);
            Delete(folder);
            makeFolder(folder);
            _names.Add(name);
            return folder;
        }
    }

    /// <summary>Removes a folder and all in it; with the last one goes the folder of this process.</summary>
    public void Remove(string name)
    {
        lock (_lock)
        {
            if (_names.Remove(name))
            {
                DeleteQuietly(Path.Join(_own, name));
                End();
            }
        }
    }

    /// <summary>Removes what processes that are gone have left. What cannot be removed is left for the next time.</summary>
    public void Sweep()
    {
        foreach (var folder in Entries())
        {
            try
            {
                SweepOne(folder);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // Another process is removing it, or it is not ours to remove: it does no harm meanwhile.
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _names.Clear();
            End();
        }
    }

    private string[] Entries()
    {
        try
        {
            return Directory.GetDirectories(root);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private void SweepOne(string folder)
    {
        var name = Path.GetFileName(folder);
        var owner = name.StartsWith(Prefix, StringComparison.Ordinal) && name.LastIndexOf('-') is var end and > 4
            ? ProcessIdentity.TryParse(name[Prefix.Length..end])
            : null;
        var isAlive = owner?.IsAlive();
        if (isAlive == true)
        {
            return;
        }
        var ownerFile = Path.Join(folder, OwnerFile);
        if (isAlive is null && !File.Exists(ownerFile))
        {
            // It belongs to an older version, or to a process in another container that is just beginning.
            if (time.GetUtcNow() - Directory.GetLastWriteTimeUtc(folder) > YoungestWithoutOwner)
            {
                Directory.Delete(folder, recursive: true);
            }
            return;
        }
        // The lock is what a process in another container, or on another machine with the same home, is known by.
        using var held = File.Exists(ownerFile) ? new FileStream(ownerFile, FileMode.Open, FileAccess.ReadWrite, FileShare.None) : null;
        Directory.Delete(folder, recursive: true);
    }

    private void Begin()
    {
        var number = Interlocked.Increment(ref _lastNumber);
        var own = Path.Join(root, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{ProcessIdentity.Current}-{number}"));
        try
        {
            makeFolder(own);
            _owner = new FileStream(Path.Join(own, OwnerFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
        }
        catch
        {
            DeleteQuietly(own);
            throw;
        }
        // Last: without its lock another process may take the folder for one that is left over.
        _own = own;
    }

    private void End()
    {
        if (_own is not null && _names.Count == 0)
        {
            _owner?.Dispose();
            _owner = null;
            DeleteQuietly(_own);
            _own = null;
        }
    }

    private static void Delete(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>What cannot be removed now goes when this process is gone.</summary>
    private static void DeleteQuietly(string folder)
    {
        try
        {
            Delete(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The failure that counts is the one that comes with the work, not with tidying up.
        }
    }
}
