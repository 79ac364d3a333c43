using CloudBackup.Addons;
using CloudBackup.FileTree;
using CloudBackup.Formats.Index;
using CloudBackup.Layout;

namespace CloudBackup.Reading;

/// <summary>
/// Whether the dumps of a backup can be put to their places: each is there, is a file, and its place is free. Asked by the restore before it
/// moves them, and by the test.
/// </summary>
internal static class AddonCheck
{
    /// <summary>The dumps that cannot be put to their places, and why.</summary>
    /// <param name="config">The backup's configuration.</param>
    /// <param name="entries">The backup's entries.</param>
    public static IEnumerable<(string Path, string Reason)> FindFaults(AppConfig config, IEnumerable<IndexEntry> entries)
    {
        var moves = config.DumpedAddons.Select(addon => AddonHandlers.For(addon.Type).MoveOf(addon)).ToList();
        if (moves.Count == 0)
        {
            yield break;
        }
        var (kinds, links) = Look(moves, entries);
        Follow(links, kinds, entries);
        for (var i = 0; i < moves.Count; i++)
        {
            var move = moves[i];
            if (moves.FindIndex(other => other.Dump == move.Dump) < i)
            {
                yield return (move.Dump, "two addons have the same dump");
            }
            else if (!kinds.TryGetValue(move.Dump, out var kind) || kind != EntryKind.File)
            {
                yield return (move.Dump, "it is the dump of an addon, and not a file of the backup");
            }
            else if (kinds.ContainsKey(move.Place))
            {
                yield return (move.Place, "it is in the place of an addon's dump");
            }
            else if (Above(move.Place).FirstOrDefault(folder => kinds.TryGetValue(folder, out var found) && found != EntryKind.Directory) is { } way)
            {
                yield return (way, $"it is in the way to '{PathText.ForDisplay(move.Place)}', and is not a folder");
            }
        }
    }

    /// <summary>Refuses a backup whose dumps cannot be put to their places.</summary>
    /// <exception cref="BackupException">One cannot.</exception>
    public static void Require(AppConfig config, OpenedBackup backup)
    {
        foreach (var (path, reason) in FindFaults(config, backup.ReadEntries()))
        {
            throw BackupErrors.BackupDamaged(backup.Info.Id, $"'{PathText.ForDisplay(path)}': {reason}.");
        }
    }

    private static (Dictionary<string, EntryKind> Kinds, Dictionary<string, string> Links) Look(List<AddonMove> moves, IEnumerable<IndexEntry> entries)
    {
        var wanted = moves.SelectMany(move => Above(move.Place).Append(move.Dump).Append(move.Place)).ToHashSet(StringComparer.Ordinal);
        var kinds = new Dictionary<string, EntryKind>(StringComparer.Ordinal);
        var links = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in entries.Where(entry => wanted.Contains(entry.Path)))
        {
            // What could not be read to its end is not restored.
            kinds[entry.Path] = entry.IsIncomplete ? EntryKind.Special : entry.Kind;
            if (entry.Kind == EntryKind.HardLink)
            {
                links[entry.Path] = entry.LinkTarget!;
            }
        }
        return (kinds, links);
    }

    /// <summary>A hard link is the file that it names, and a Partial backup may lack that.</summary>
    private static void Follow(Dictionary<string, string> links, Dictionary<string, EntryKind> kinds, IEnumerable<IndexEntry> entries)
    {
        if (links.Count == 0)
        {
            return;
        }
        var targets = links.Values.ToHashSet(StringComparer.Ordinal);
        var files = entries.Where(entry => entry.Kind == EntryKind.File && !entry.IsIncomplete && targets.Contains(entry.Path))
            .Select(entry => entry.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var (path, target) in links)
        {
            kinds[path] = files.Contains(target) ? EntryKind.File : EntryKind.Special;
        }
    }

    private static IEnumerable<string> Above(string path)
    {
        for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
        {
            yield return path[..slash];
        }
    }
}
