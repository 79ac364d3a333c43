using CloudBackup.Formats.Rsync.Records;

namespace CloudBackup.Formats.Rsync.Run;

/// <summary>
/// Further names of files whose first name has vanished between the listing and the reading: the first name that is still there carries the
/// content, and the others lead to it. There are few of them.
/// </summary>
/// <param name="lost">First names that have vanished.</param>
internal sealed class VanishedFirstNames(IReadOnlySet<string> lost)
{
    private readonly Dictionary<string, PlanLine> _carriers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _gone = new(StringComparer.Ordinal);

    /// <summary>Whether a link has to be tried: its file is gone, and no other link carries the content yet.</summary>
    public bool IsDue(PlanLine link) => lost.Contains(link.LinkTarget!) && !_carriers.ContainsKey(link.LinkTarget!);

    /// <summary>Says what trying a link has given: null when it is gone too.</summary>
    public void Settle(PlanLine link, PlanLine? carrier)
    {
        if (carrier is null)
        {
            _gone.Add(link.Path);
        }
        else
        {
            _carriers.Add(link.LinkTarget!, carrier);
        }
    }

    /// <summary>A link as it is now; null when it is gone.</summary>
    public PlanLine? Resolve(PlanLine link)
    {
        if (!lost.Contains(link.LinkTarget!))
        {
            return link;
        }
        if (_gone.Contains(link.Path) || !_carriers.TryGetValue(link.LinkTarget!, out var carrier))
        {
            return null;
        }
        return carrier.Path == link.Path ? carrier : link with { LinkTarget = carrier.Path };
    }
}
