using CloudBackup.FileTree;

namespace CloudBackup.Source;

/// <summary>A folder that only holds generated files.</summary>
internal sealed class GeneratedFolder(string path, UnixTime modified)
    : SourceItem(path, new FileFacts { Kind = EntryKind.Directory, Mode = 0x1C0, Modified = modified, LinkCount = 1 })
{
    /// <inheritdoc/>
    public override ReadableFile Open() => throw new InvalidOperationException("A folder has no content.");
}
