using CloudBackup.FileTree;

namespace CloudBackup.Swapping;

/// <summary>
/// The entries of the data directory change places with the restored ones, one by one, through a staging folder inside: for a data
/// directory that is a mount point, or whose parent is closed to us. All old entries are out before the first new one comes in, and a mark
/// stands while new ones may be there; so which is which is known after a crash at any step.
/// </summary>
internal sealed class EntrySwap(string dataDirectory) : DataSwap(dataDirectory, dataDirectory, StagingName)
{
    /// <inheritdoc/>
    public override bool IsWholeFolder => false;

    /// <inheritdoc/>
    public override UnfinishedMark? MakeStaging(string? key = null) => KeepTime(() => base.MakeStaging(key));

    /// <inheritdoc/>
    public override void CleanUp() => KeepTime(() =>
    {
        base.CleanUp();
        return true;
    });

    /// <inheritdoc/>
    public override void Commit()
    {
        var (data, staging) = (Data, Staging);
        using var unpackPath = OpenUnpacked();
        using var unpacked = unpackPath.OpenDirectory(DataName);
        using var old = staging.OpenOrMake(OldName);
        var metadata = EntryMetadata.From(data.ReadFacts(), data.ReadAttributes());
        MoveAll(data, old);
        old.ApplyMetadata(metadata, new MetadataLosses());
        staging.MakeDirectory(ComingInName);
        FlushAll(data, staging, old);
        var newMetadata = EntryMetadata.From(unpacked.ReadFacts(), unpacked.ReadAttributes());
        MoveAll(unpacked, data);
        data.ApplyMetadata(newMetadata, new MetadataLosses());
        data.Flush();
    }

    /// <inheritdoc/>
    protected override void PutOldBack()
    {
        if (FindStaging() is not { } found || !found.Folder.Exists(OldName))
        {
            return; // nothing was moved
        }
        var (data, staging) = (Data, found.Folder);
        using var old = staging.OpenDirectory(OldName);
        if (staging.Exists(ComingInName))
        {
            using var rejected = staging.OpenOrMake(RejectedName);
            foreach (var name in EntriesOf(data))
            {
                TreeRemoval.Remove(rejected, name);
                data.MoveToFree(name, rejected, name);
            }
            // From here on what is in the data directory is old: the mark must be gone before the first old entry is back.
            staging.RemoveDirectory(ComingInName);
            FlushAll(data, staging, rejected);
        }
        var metadata = EntryMetadata.From(old.ReadFacts(), old.ReadAttributes());
        foreach (var name in old.ReadNames(CancellationToken.None))
        {
            MoveBack(old, name, data, staging);
        }
        data.ApplyMetadata(metadata, new MetadataLosses());
        FlushAll(data, old);
    }

    /// <summary>The staging folder is an entry of the data directory, whose time is the data's.</summary>
    private T KeepTime<T>(Func<T> change)
    {
        var time = Data.ReadFacts().Modified;
        var result = change();
        Data.SetTime(time);
        return result;
    }

    /// <inheritdoc/>
    protected override DirectoryNode OpenData() => Around.AddReference();

    private IEnumerable<string> EntriesOf(DirectoryNode data) =>
        data.ReadNames(CancellationToken.None).Where(name => name != StagingId.Name);

    /// <summary>Moves an entry to its place; what has taken the place meanwhile goes to the rejected.</summary>
    private static void MoveBack(DirectoryNode from, string name, DirectoryNode to, DirectoryNode staging)
    {
        if (to.Exists(name))
        {
            using var rejected = staging.OpenOrMake(RejectedName);
            TreeRemoval.Remove(rejected, name);
            to.MoveToFree(name, rejected, name);
        }
        from.MoveKeepingTime(name, to, name);
    }

    private void MoveAll(DirectoryNode from, DirectoryNode to)
    {
        foreach (var name in EntriesOf(from))
        {
            from.MoveKeepingTime(name, to, name);
        }
    }

    private static void FlushAll(params ReadOnlySpan<DirectoryNode> folders)
    {
        foreach (var folder in folders)
        {
            folder.Flush();
        }
    }
}
