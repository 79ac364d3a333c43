namespace CloudBackup.FileTree.Linux;

/// <summary>Names and paths as the zero-terminated bytes that system calls take.</summary>
internal static class CString
{
    /// <summary>Room for any single file name (255 bytes) and its zero.</summary>
    public const int NameSize = 256;

    /// <summary>Writes one name into <paramref name="buffer"/> (of <see cref="NameSize"/>).</summary>
    /// <param name="name">The name.</param>
    /// <param name="buffer">Takes it.</param>
    /// <param name="operation">What it is for, for messages.</param>
    /// <param name="folder">The folder that it is a name in, for messages.</param>
    /// <exception cref="FileTreeException">The name is too long, empty, a dot name, or holds a slash or zero byte.</exception>
    public static void WriteName(string name, Span<byte> buffer, string operation, DirectoryNode folder)
    {
        if (name.Length == 0 || name is "." or ".." || name.AsSpan().ContainsAny('/', '\0'))
        {
            throw new FileTreeException(FileTreeErrorKind.NotSupported, operation, folder.Child(name), "this is no file name");
        }
        // A char never takes less than a byte, so this also guards Encode.
        if (name.Length >= buffer.Length || PathText.CountBytes(name) >= buffer.Length)
        {
            throw new FileTreeException(FileTreeErrorKind.NameTooLong, operation, folder.Child(name), "a name has at most 255 bytes");
        }
        buffer[PathText.Encode(name, buffer)] = 0;
    }

    /// <summary>A whole path or link target.</summary>
    public static byte[] FromPath(string path)
    {
        var bytes = PathText.ToBytes(path);
        Array.Resize(ref bytes, bytes.Length + 1);
        return bytes;
    }
}
