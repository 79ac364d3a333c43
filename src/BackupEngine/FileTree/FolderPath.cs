namespace CloudBackup.FileTree;

/// <summary>
/// Where a folder is, as the name in the folder above it. The whole path is put together only when a message needs it: in a tree of many
/// levels, a path for each open folder would take memory that grows with the square of the depth.
/// </summary>
/// <param name="above">The folder above; null when <paramref name="name"/> is the whole path.</param>
/// <param name="name">The name, or several with separators.</param>
internal sealed class FolderPath(FolderPath? above, string name)
{
    private readonly FolderPath? _above = above;
    private readonly string _name = name;

    /// <summary>The path of an entry.</summary>
    public FolderPath Child(string entry) => new(this, entry);

    /// <inheritdoc/>
    public override string ToString()
    {
        var length = 0;
        for (var at = this; at is not null; at = at._above)
        {
            length += at.PartLength;
        }
        return string.Create(length, this, static (text, last) =>
        {
            var end = text.Length;
            for (var at = last; at is not null; at = at._above)
            {
                end -= at._name.Length;
                at._name.CopyTo(text[end..]);
                if (at.PartLength > at._name.Length)
                {
                    text[--end] = Path.DirectorySeparatorChar;
                }
            }
        });
    }

    /// <summary>The name, with the separator before it where one is needed.</summary>
    private int PartLength => _name.Length + (_above is { _name: { Length: > 0 } before } && !Path.EndsInDirectorySeparator(before) ? 1 : 0);
}
