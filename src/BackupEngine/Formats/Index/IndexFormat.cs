namespace CloudBackup.Formats.Index;

/// <summary>
/// Names used in index files: JSON Lines, gzip-compressed. The first line is the header, then one line per entry in archive order, then
/// (tgz) lines with the members' compressed lengths in order, and last the line that says how many there were; without it the index is cut.
/// A text that is not valid UTF-8 stands under its name with <c>64</c> appended, as base64 of its bytes.
/// </summary>
internal static class IndexFormat
{
    public const int Version = 1;

    public static ReadOnlySpan<byte> Header => "cloudbackupIndex"u8;

    public static ReadOnlySpan<byte> End => "end"u8;

    public static ReadOnlySpan<byte> Members => "members"u8;

    public static ReadOnlySpan<byte> Entries => "entries"u8;

    public static ReadOnlySpan<byte> Path => "path"u8;

    public static ReadOnlySpan<byte> RawPath => "path64"u8;

    public static ReadOnlySpan<byte> Type => "type"u8;

    public static ReadOnlySpan<byte> Mode => "mode"u8;

    public static ReadOnlySpan<byte> UserId => "uid"u8;

    public static ReadOnlySpan<byte> GroupId => "gid"u8;

    public static ReadOnlySpan<byte> UserName => "user"u8;

    public static ReadOnlySpan<byte> GroupName => "group"u8;

    public static ReadOnlySpan<byte> Modified => "mtime"u8;

    public static ReadOnlySpan<byte> Size => "size"u8;

    public static ReadOnlySpan<byte> Sha256 => "sha256"u8;

    public static ReadOnlySpan<byte> Link => "link"u8;

    public static ReadOnlySpan<byte> RawLink => "link64"u8;

    public static ReadOnlySpan<byte> Attributes => "xattrs"u8;

    public static ReadOnlySpan<byte> Sparse => "sparse"u8;

    public static ReadOnlySpan<byte> Incomplete => "incomplete"u8;

    public static ReadOnlySpan<byte> At => "at"u8;
}
