using System.Buffers;
using CloudBackup.FileTree;

namespace CloudBackup.Storage.FileSystem;

internal sealed partial class FileSystemStorage
{
    private const int BufferLength = 1024 * 1024;
    private const int FlushEvery = 8 * 1024 * 1024;
    private const int HoleLength = 64 * 1024;

    /// <inheritdoc/>
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
            folder = OpenForWrite(path, temporary, isDurable, out file);
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
                Flush(file, path, isDurable);
            }
            cancellationToken.ThrowIfCancellationRequested();
            if (!isDirect)
            {
                FileSystemErrors.Run(path, () => Publish(folder, temporary, name, mode));
            }
            return size;
        }
        catch
        {
            RemoveQuietly(folder, temporary);
            throw;
        }
    }

    /// <inheritdoc/>
    public Task RemoveAsync(string path, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using (var folder = OpenFolder(StoragePath.FolderOf(StoragePath.Check(path))))
        {
            if (folder is not null)
            {
                RemoveExisting(folder, StoragePath.NameOf(path), path);
            }
        }
        RemoveEmptyFolders(StoragePath.FolderOf(path));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<int> SweepPartialsAsync(string path, CancellationToken cancellationToken)
    {
        var name = StoragePath.NameOf(StoragePath.Check(path));
        var count = 0;
        using (var folder = OpenFolder(StoragePath.FolderOf(path)))
        {
            count += folder is null ? 0 : Sweep(folder, path, file => PartialName.IsPartialOf(file, name), cancellationToken);
        }
        using (var below = TryOpenFolder(path))
        {
            count += below is null ? 0 : SweepTree(below, path, cancellationToken);
        }
        RemoveEmptyFolders(StoragePath.FolderOf(path));
        return Task.FromResult(count);
    }

    /// <summary>
    /// Opens the object's folder and makes the temporary file in it. A cleaner that removes the folder as empty in between is no failure.
    /// </summary>
    private DirectoryNode OpenForWrite(string path, string partial, bool isDurable, out WritableFile file)
    {
        const int Attempts = 5;
        for (var attempt = 1; ; attempt++)
        {
            var folder = OpenOrMakeFolder(StoragePath.FolderOf(path), isDurable);
            try
            {
                file = folder.CreateFile(partial);
                if (IsPrivate)
                {
                    file.RemoveAccessLists();
                }
                if (!isDurable)
                {
                    NoteWritten(folder);
                }
                return folder;
            }
            catch (FileTreeException failure)
            {
                folder.Dispose();
                if (failure.Kind != FileTreeErrorKind.NotFound || attempt == Attempts)
                {
                    throw FileSystemErrors.Translate(failure, path);
                }
            }
        }
    }

    private static void Flush(WritableFile file, string path, bool isDurable)
    {
        if (isDurable)
        {
            FileSystemErrors.Run(path, () =>
            {
                file.Flush();
                return true;
            });
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

    private static bool Publish(DirectoryNode folder, string partial, string name, WriteMode mode)
    {
        try
        {
            folder.Rename(partial, folder, name, mode == WriteMode.CreateNew ? RenameMode.NoReplace : RenameMode.Replace);
        }
        catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.NotSupported)
        {
            // No rename-without-replace on this file system: a hard link, which fails when the name is taken, or at last a look before.
            LinkOrMove(folder, partial, name);
        }
        catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.WrongKind && mode != WriteMode.CreateNew)
        {
            RemoveEmptyTree(folder, name);
            folder.Rename(partial, folder, name, RenameMode.Replace);
        }
        if (mode != WriteMode.ReplaceLater)
        {
            folder.Flush();
        }
        return true;
    }

    /// <summary>Folders hold objects and are none themselves: those that a killed removal has left empty are in no object's way.</summary>
    private static void RemoveEmptyTree(DirectoryNode parent, string name)
    {
        using (var folder = parent.OpenDirectory(name))
        {
            foreach (var inside in folder.ReadNames(CancellationToken.None))
            {
                RemoveEmptyTree(folder, inside);
            }
        }
        parent.RemoveDirectory(name);
    }

    private static void LinkOrMove(DirectoryNode folder, string partial, string name)
    {
        try
        {
            folder.MakeHardLink(name, folder, partial);
            folder.RemoveFile(partial);
        }
        catch (FileTreeException failure) when (failure.Kind is FileTreeErrorKind.NotSupported or FileTreeErrorKind.AccessDenied)
        {
            if (Look(folder, name, name) is not null)
            {
                throw new FileTreeException(FileTreeErrorKind.AlreadyExists, "create", name, "it exists already");
            }
            folder.Rename(partial, folder, name, RenameMode.Replace);
        }
    }

    private static void RemoveQuietly(DirectoryNode folder, string partial)
    {
        try
        {
            folder.RemoveFile(partial);
        }
        catch (FileTreeException)
        {
            // The failure that brought us here is the one to tell; a sweep removes what is left.
        }
    }

    private static void RemoveExisting(DirectoryNode folder, string name, string path)
    {
        if (RemoveIfThere(folder, name, path))
        {
            FileSystemErrors.Run(path, () =>
            {
                folder.Flush();
                return true;
            });
        }
    }

    private static bool RemoveIfThere(DirectoryNode folder, string name, string path)
    {
        try
        {
            folder.RemoveFile(name);
            return true;
        }
        catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.NotFound)
        {
            return false; // gone is what was wanted
        }
        catch (FileTreeException) when (Look(folder, name, path) is { IsFolder: true })
        {
            return false; // a folder is not an object
        }
        catch (FileTreeException failure)
        {
            throw FileSystemErrors.Translate(failure, path);
        }
    }

    private static int Sweep(DirectoryNode folder, string path, Func<string, bool> isLeftOver, CancellationToken cancellationToken)
    {
        var count = 0;
        foreach (var name in NamesIn(folder, path, cancellationToken).Where(isLeftOver))
        {
            RemoveExisting(folder, name, path);
            count++;
        }
        return count;
    }

    private static int SweepTree(DirectoryNode folder, string path, CancellationToken cancellationToken)
    {
        var count = Sweep(folder, path, PartialName.IsPartial, cancellationToken);
        foreach (var name in NamesIn(folder, path, cancellationToken))
        {
            if (Look(folder, name, path) is { IsFolder: true } && TryEnter(folder, name, path) is { } inside)
            {
                using (inside)
                {
                    count += SweepTree(inside, StoragePath.Join(path, name), cancellationToken);
                }
            }
        }
        return count;
    }
}
