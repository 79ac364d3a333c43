using CloudBackup.Encryption;
using CloudBackup.FileTree;
using CloudBackup.Infrastructure;

namespace CloudBackup.Import;

/// <summary>The content of a file in a folder on this machine, decrypted on the way. Whatever fails names the file.</summary>
internal sealed class FolderFile : SpanStream
{
    /// <summary>Files up to this length are decrypted at once.</summary>
    private const int SmallFile = 1024 * 1024;

    private readonly string _path;
    private readonly Stream _content;

    private FolderFile(string path, Stream content)
    {
        _path = path;
        _content = content;
    }

    /// <summary>Opens a file.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">The file's name.</param>
    /// <param name="path">What it stands for, for messages.</param>
    /// <param name="opener">Decrypts it; null for a plain one.</param>
    /// <exception cref="BackupException">It cannot be opened or decrypted.</exception>
    public static FolderFile Open(DirectoryNode folder, string name, string path, BackupOpener? opener)
    {
        try
        {
            return new FolderFile(path, OpenContent(folder, name, opener));
        }
        catch (Exception failure) when (Translate(path, failure) is { } told)
        {
            throw told;
        }
    }

    /// <summary>Whether a file begins as encrypted ones do.</summary>
    /// <exception cref="BackupException">It cannot be read.</exception>
    public static bool IsEncrypted(FolderItem item)
    {
        using var file = Open(item.Parent, item.Name, item.Path, opener: null);
        return new PeekStream(file).StartsWith(Cbv2.Magic);
    }

    /// <summary>Reads a file to its end: then it is known whether the keys fit.</summary>
    /// <exception cref="WrongPasswordOrDamagedException">They do not, or the file was changed.</exception>
    /// <exception cref="FileTreeException">It cannot be read.</exception>
    public static void Authenticate(DirectoryNode folder, string name, BackupOpener opener, CancellationToken cancellationToken)
    {
        using var content = OpenContent(folder, name, opener);
        var buffer = new byte[64 * 1024];
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
        while (content.Read(buffer, 0, buffer.Length) > 0);
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        try
        {
            return _content.Read(buffer);
        }
        catch (Exception failure) when (Translate(_path, failure) is { } told)
        {
            throw told;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _content.Dispose();
        }
        base.Dispose(disposing);
    }

    private static Stream OpenContent(DirectoryNode folder, string name, BackupOpener? opener)
    {
        var file = folder.OpenFile(name);
        if (opener is null)
        {
            return new Stored(file);
        }
        if (file.Facts.Size > SmallFile)
        {
            return opener.Decrypt(new Stored(file));
        }
        using (file)
        {
            var stored = new byte[file.Facts.Size];
            return new MemoryStream(opener.Decrypt(stored.AsSpan(0, file.Read(stored, 0))), writable: false);
        }
    }

    private static BackupException? Translate(string path, Exception failure) => failure switch
    {
        FileTreeException => BackupErrors.FileNotRead(PathText.ForDisplay(path), failure),
        WrongPasswordOrDamagedException wrong => BackupErrors.WrongPasswordOrDamaged($"'{PathText.ForDisplay(path)}'", wrong),
        _ => null,
    };

    /// <summary>The file as it stands there.</summary>
    private sealed class Stored(ReadableFile file) : SpanStream
    {
        private long _position;

        public override int Read(Span<byte> buffer)
        {
            var count = file.Read(buffer, _position);
            _position += count;
            return count;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                file.Dispose();
            }
            base.Dispose(disposing);
        }
    }
}
