using CloudBackup.FileTree.Linux;

namespace CloudBackup.FileTree;

/// <summary>
/// Opens files that a user names, wherever links lead to. A pipe would wait for its writer for ever, and reading from a device or a terminal
/// never ends: only a regular file is opened.
/// </summary>
internal static class RegularFile
{
    /// <summary>Opens a file for reading.</summary>
    /// <param name="path">The file.</param>
    /// <param name="bufferSize">As <see cref="FileStreamOptions.BufferSize"/>.</param>
    /// <exception cref="IOException">It is not there, cannot be read, or is something else.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static FileStream Open(string path, int bufferSize = 0)
    {
        if (LocalFileSystem.IsFull)
        {
            return new FileStream(LinuxReadableFile.OpenRegular(path), FileAccess.Read, bufferSize);
        }
        return Directory.Exists(path)
            ? throw new IOException("It is a folder, not a file.")
            : new FileStream(path, new FileStreamOptions { BufferSize = bufferSize, Options = FileOptions.SequentialScan });
    }

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="longest">Bytes that it may have.</param>
    /// <exception cref="IOException">It is longer, is not there, cannot be read, or is something else.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static byte[] ReadAll(string path, int longest)
    {
        using var file = Open(path);
        var bytes = new byte[Math.Min(file.Length, longest + 1L)];
        var count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return count <= longest ? bytes[..count] : throw new IOException($"It has more than {longest} bytes.");
    }
}
