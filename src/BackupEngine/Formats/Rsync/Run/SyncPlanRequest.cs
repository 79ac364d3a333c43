using CloudBackup.Formats.Lines;
using CloudBackup.Formats.Objects;
using CloudBackup.Formats.Rsync.Records;
using CloudBackup.Progress;

namespace CloudBackup.Formats.Rsync.Run;

/// <summary>What a plan is made of.</summary>
internal sealed record SyncPlanRequest
{
    /// <summary>A local folder of the run.</summary>
    public required string Folder { get; init; }

    /// <summary>The token of the change that the plan is for.</summary>
    public required LineStamp Stamp { get; init; }

    /// <summary>The source, ordered by path.</summary>
    public required IEnumerable<PlanLine> Items { get; init; }

    /// <summary>Whether an item was made for the backup: its times say nothing, so it is always read.</summary>
    public required Func<PlanLine, bool> IsGenerated { get; init; }

    /// <summary>What is known of the snapshot, ordered by path.</summary>
    public required IEnumerable<CacheLine> Known { get; init; }

    /// <summary>Objects in the snapshot that are none of ours, to be removed.</summary>
    public IEnumerable<string> ForeignObjects { get; init; } = [];

    /// <summary>Which objects the files become.</summary>
    public required ObjectNames Names { get; init; }

    /// <summary>Is told how much there is, while it is found.</summary>
    public required RunCounters Counters { get; init; }

    /// <summary>Looks at the names of all files.</summary>
    public required NameLimits Limits { get; init; }
}
