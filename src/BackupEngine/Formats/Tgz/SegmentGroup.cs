using CloudBackup.Formats.Tar;
using CloudBackup.Source;

namespace CloudBackup.Formats.Tgz;

/// <summary>Collects small items until they fill one member.</summary>
internal sealed class SegmentGroup : IDisposable
{
    private List<SourceItem> _items = [];
    private long _length;

    /// <summary>Whether nothing is collected.</summary>
    public bool IsEmpty => _items.Count == 0;

    /// <summary>Whether the item fits beside those that are here; a group always has room for its first.</summary>
    public bool HasRoomFor(SourceItem item) => IsEmpty || _length + LengthOf(item) <= TgzOptions.MemberDataLength;

    /// <summary>Adds an item.</summary>
    public void Add(SourceItem item)
    {
        _items.Add(item);
        _length += LengthOf(item);
    }

    /// <summary>Empties the group.</summary>
    public List<SourceItem> Take()
    {
        var taken = _items;
        _items = [];
        _length = 0;
        return taken;
    }

    /// <summary>Releases what was collected and not taken.</summary>
    public void Dispose() => Take().ForEach(item => item.Dispose());

    /// <summary>Upper bound but for attributes of files, which are not read yet: headers, records and padded content.</summary>
    private static long LengthOf(SourceItem item)
    {
        long records = 256 + (item.Path.Length * 3L) + ((item.LinkTarget?.Length ?? 0) * 3L);
        foreach (var attribute in item.Attributes)
        {
            records += attribute.Name.Length + attribute.Value.Length + 32;
        }
        return (2 * TarFormat.BlockSize) + TarFormat.Padded(records) + TarFormat.Padded(item.Facts.Size);
    }
}
