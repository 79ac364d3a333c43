using CloudBackup.FileTree;
using CloudBackup.Infrastructure;
using CloudBackup.Platform;

namespace CloudBackup.Restore;

/// <summary>
/// The hidden folder that single items are unpacked in, inside their destination; several restores may have one there. Each has a lock of its
/// name, which dies with its process: a folder whose lock is free is what a killed restore has left.
/// </summary>
internal sealed class ItemStaging : IDisposable
{
    private const int HexBytes = 4;
    private const string Prefix = DataSwap.StagingName + "-";

    private readonly DirectoryNode _root;
    private readonly string _name;
    private readonly PlatformLock _lock;
    private readonly string _lockPath;

    private ItemStaging(DirectoryNode root, string name, PlatformLock held, string lockPath)
    {
        _root = root;
        _name = name;
        _lock = held;
        _lockPath = lockPath;
    }

    /// <summary>Makes the folder.</summary>
    public static ItemStaging Make(EngineContext context, DirectoryNode root)
    {
        var name = Prefix + context.Random.NextHex(HexBytes);
        var held = TryLock(context, name) ?? throw new InvalidOperationException("A random number came twice.");
        try
        {
            root.MakeDirectory(name);
            return new ItemStaging(root, name, held, context.Home.LockPath(LockOf(name)));
        }
        catch
        {
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
                TreeRemoval.Remove(root, name);
                File.Delete(lockPath);
            }
        }
    }

    /// <summary>Whether a folder is called as these are.</summary>
    public static bool IsStaging(string name) => name.Length == Prefix.Length + (2 * HexBytes) && name.StartsWith(Prefix, StringComparison.Ordinal)
        && name[Prefix.Length..].All(char.IsAsciiHexDigitLower);

    /// <summary>Opens the folder.</summary>
    public DirectoryNode Open() => _root.OpenDirectory(_name);

    /// <summary>Removes the folder and what is left in it.</summary>
    public void Dispose()
    {
        try
        {
            TreeRemoval.Remove(_root, _name);
            File.Delete(_lockPath);
        }
        finally
        {
            _lock.Dispose();
        }
    }

    private static string LockOf(string name) => "items" + name[DataSwap.StagingName.Length..];

    private static PlatformLock? TryLock(EngineContext context, string name) =>
        PlatformLock.TryTake(context.Home, LockOf(name), "restore of items", context.Time, out _);
}
