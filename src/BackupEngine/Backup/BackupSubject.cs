using CloudBackup.Layout;
using CloudBackup.Retention;
using CloudBackup.Source;

namespace CloudBackup.Backup;

/// <summary>
/// What a run backs up: an app, or the platform itself. It knows what goes in and what the record says of it; how a backup is made is the
/// <see cref="BackupRunner"/>'s business, and the same for both.
/// </summary>
internal abstract class BackupSubject
{
    /// <summary>For messages, such as <c>wiki.example.com</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Whose backup it becomes.</summary>
    public abstract BackupOwner Owner { get; }

    /// <summary>The backup's name inside the folder of its run.</summary>
    public abstract string BackupName { get; }

    /// <summary>The folders that most of the content comes from, to foretell its size.</summary>
    public abstract IReadOnlyList<string> Folders { get; }

    /// <summary>A record with what identifies the backup; the runner adds the rest.</summary>
    public abstract SiteBackup NewRecord(string id, string site, string remotePath);

    /// <summary>Makes the content ready, has it stored by <paramref name="store"/>, and undoes what it took, whatever happens.</summary>
    /// <exception cref="BackupException">The content cannot be had.</exception>
    public abstract Task<FormatResult> WithItemsAsync(
        ContentRequest request, Func<IEnumerable<SourceItem>, Task<FormatResult>> store, CancellationToken cancellationToken);

    /// <summary>The last look before the backup becomes Ready.</summary>
    /// <exception cref="BackupException">It must not.</exception>
    public virtual void CheckBeforeCommit()
    {
    }
}

/// <summary>What content is made ready with.</summary>
internal sealed record ContentRequest
{
    /// <summary>A local folder of the run.</summary>
    public required string SpoolFolder { get; init; }

    /// <summary>The time of generated files.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>Folders that are never entered.</summary>
    public required IReadOnlySet<(ulong Device, ulong Inode)> Avoid { get; init; }

    /// <summary>Takes what could not be read.</summary>
    public required SourceIssues Issues { get; init; }

    /// <summary>Is told of steps and warnings.</summary>
    public required IOperationObserver Observer { get; init; }

    /// <summary>See <see cref="TreeWalker.OpensLinkedFiles"/>.</summary>
    public required bool OpensLinkedFiles { get; init; }

    /// <summary>Whether the backup is encrypted: only then may secrets be in it (I7).</summary>
    public required bool IsEncrypted { get; init; }

    /// <summary>What reads a tree for this backup; hard links are told within one of them.</summary>
    public TreeWalker NewWalker(ExcludeRules rules) => new(rules, Avoid, Issues) { OpensLinkedFiles = OpensLinkedFiles };
}
