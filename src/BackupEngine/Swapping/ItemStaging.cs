using CloudBackup.FileTree;
using CloudBackup.Infrastructure;
using CloudBackup.Platform;

namespace CloudBackup.Swapping;

/// <summary>
/// The hidden folder that single items are unpacked in, inside their destination; several restores may have one there. Each has a lock of its
/// name, which dies with its process: a folder whose lock is free is what a killed restore has left.
/// </summary>
internal sealed class ItemStaging : IDisposable
{
    private const int HexBytes = 4;
    private const string Prefix = DataSwap.StagingName + "-";

    private const string MarkName = "unfinished";
    private const string ContentName = "new";

    private readonly StagingFolder _staging;
    private readonly PlatformLock _lock;
    private readonly string _lockPath;

    private ItemStaging(StagingFolder staging, PlatformLock held, string lockPath)
    {
        _staging = staging;
        _lock = held;
        _lockPath = lockPath;
    }

    /// <summary>Makes the folder.</summary>
    public static ItemStaging Make(EngineContext context, DirectoryNode root)
    {
        var name = Prefix + context.Random.NextHex(HexBytes);
        var held = TryLock(context, name) ?? throw new InvalidOperationException("A random number came twice.");
        StagingFolder? staging = null;
        try
        {
            staging = StagingFolder.Make(root, name);
            _ = UnfinishedMark.Set(staging.Folder, MarkName, name);
            staging.Folder.MakeDirectory(ContentName);
            return new ItemStaging(staging, held, context.Home.LockPath(LockOf(name)));
        }
        catch
        {
            staging?.Dispose();
            held.Dispose();
            throw;
        }
    }

    /// <summary>Removes what killed restores of this platform have left in a destination. Another platform's cannot be told from live ones.</summary>
    public static void Sweep(EngineContext context, DirectoryNode root)
    {
        foreach (var name in root.ReadNames(CancellationToken.None).Where(IsStaging))
        {
            var lockPath = context.Home.LockPath(LockOf(name));
            if (!File.Exists(lockPath))
            {
                continue;
            }
            using var held = TryLock(context, name);
            if (held is not null)
            {
                RemoveLeft(root, name);
                File.Delete(lockPath);
            }
        }
    }

    /// <summary>Whether a folder is called as these are.</summary>
    public static bool IsStaging(string name) => name.Length == Prefix.Length + (2 * HexBytes) && name.StartsWith(Prefix, StringComparison.Ordinal)
        && name[Prefix.Length..].All(char.IsAsciiHexDigitLower);

    /// <summary>Opens the folder.</summary>
    public DirectoryNode Open() => _staging.Folder.OpenDirectory(ContentName);

    /// <summary>Removes the folder and what is left in it.</summary>
    public void Dispose()
    {
        try
        {
            _staging.Remove();
            File.Delete(_lockPath);
        }
        finally
        {
            _staging.Dispose();
            _lock.Dispose();
        }
    }

    /// <summary>Where other users can rename folders, only one with the mark is known to be a restore's.</summary>
    private static void RemoveLeft(DirectoryNode root, string name)
    {
        using var staging = StagingFolder.Find(root, name);
        // A mark without a word in it is one that was just being written.
        if (staging is not null && new[] { name, "" }.Any(key => UnfinishedMark.Find(staging.Folder, MarkName, key) is not null))
        {
            staging.Remove();
            return;
        }
        StagingFolder.RemoveStray(root, name);
    }

    private static string LockOf(string name) => "items" + name[DataSwap.StagingName.Length..];

    private static PlatformLock? TryLock(EngineContext context, string name) =>
        PlatformLock.TryTake(context.Home, LockOf(name), "restore of items", context.Time, out _);
}
