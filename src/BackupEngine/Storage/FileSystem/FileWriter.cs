using System.Buffers;
using CloudBackup.FileTree;
using CloudBackup.Infrastructure;

namespace CloudBackup.Storage.FileSystem;

/// <summary>Stores a content as a file.</summary>
internal sealed class FileWriter(FilePlacement placement, IRandomSource random)
{
    private const int BufferLength = 1024 * 1024;
    private const int FlushEvery = 8 * 1024 * 1024;
    private const int HoleLength = 64 * 1024;

    /// <summary>Stores an object, as <see cref="IBackupStorage.WriteAsync"/> says.</summary>
    public async Task<long> WriteAsync(string path, ObjectContent content, WriteMode mode, CancellationToken cancellationToken)
    {
        var name = StoragePath.NameOf(StoragePath.Check(path));
        var isDurable = mode is not (WriteMode.ReplaceLater or WriteMode.NewLater);
        // A name of its own, and a rename at the end, cost a third of what a short file costs: what is not read yet needs none.
        var isDirect = mode == WriteMode.NewLater;
        var temporary = isDirect ? name : PartialName.For(name, random);
        DirectoryNode folder;
        WritableFile file;
        try
        {
            folder = placement.Begin(path, temporary, isDurable, out file);
        }
        catch (StorageException failure) when (isDirect && failure.Kind == StorageErrorKind.AlreadyExists)
        {
            return await WriteAsync(path, content, WriteMode.ReplaceLater, cancellationToken).ConfigureAwait(false);
        }
        using var _ = folder;
        try
        {
            long size;
            using (file)
            {
                size = await CopyAsync(content, file, path, cancellationToken).ConfigureAwait(false);
                if (isDurable)
                {
                    FilePlacement.Flush(file, path);
                }
            }
            cancellationToken.ThrowIfCancellationRequested();
            if (!isDirect)
            {
                FilePlacement.Publish(folder, temporary, path, mode);
            }
            return size;
        }
        catch
        {
            FilePlacement.Discard(folder, temporary);
            throw;
        }
    }

    private static async Task<long> CopyAsync(ObjectContent content, WritableFile file, string path, CancellationToken cancellationToken)
    {
        var length = (int)Math.Clamp(content.Length ?? BufferLength, 1, BufferLength);
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            var stream = content.Open();
            await using var _ = stream.ConfigureAwait(false);
            long size = 0;
            long flushed = 0;
            long written = 0;
            while (await stream.ReadAsync(buffer.AsMemory(0, length), cancellationToken).ConfigureAwait(false) is > 0 and var count)
            {
                // What holds nothing but zeros is left out of the file, and reads as zeros: a disk image takes the room of its data.
                if (count < HoleLength || buffer.AsSpan(0, count).ContainsAnyExcept((byte)0))
                {
                    WriteAt(file, buffer.AsSpan(0, count), size, path);
                    written = size + count;
                }
                size += count;
                if (size - flushed >= FlushEvery)
                {
                    file.StartFlush(flushed, size - flushed);
                    flushed = size;
                }
            }
            if (written < size)
            {
                FileSystemErrors.Run(path, () => SetLength(file, size));
            }
            if (content.Length is { } expected && expected != size)
            {
                throw new StorageException(StorageErrorKind.Corrupt, path, $"'{path}' was to have {expected} bytes, but {size} came.");
            }
            return size;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static bool SetLength(WritableFile file, long length)
    {
        file.SetLength(length);
        return true;
    }

    private static void WriteAt(WritableFile file, ReadOnlySpan<byte> bytes, long offset, string path)
    {
        try
        {
            file.Write(bytes, offset);
        }
        catch (FileTreeException failure)
        {
            throw FileSystemErrors.Translate(failure, path);
        }
    }
}
