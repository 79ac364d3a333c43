using CloudBackup.Encryption;
using CloudBackup.FileTree;
using CloudBackup.Formats.Objects;
using CloudBackup.Infrastructure;
using CloudBackup.Layout;
using CloudBackup.Progress;
using CloudBackup.Storage;

namespace CloudBackup.Protection;

/// <summary>
/// Encrypts or decrypts a folder tree into another folder, file by file. All names are known to be right before anything is written.
/// </summary>
internal sealed class ProtectedTree(
    IRandomSource random, TimeProvider time, bool replace, IOperationObserver observer, Action<FileInfo> onFile)
{
    /// <summary>Encrypts everything below <paramref name="source"/>.</summary>
    public Task ProtectAsync(BackupSealer sealer, string source, string destination, CancellationToken cancellationToken)
    {
        var counters = new RunCounters();
        var limits = new NameLimits(new StorageCapabilities(), sealer.Names is null ? NameForm.Suffixed : NameForm.Encrypted, folderBytes: 0);
        foreach (var item in Survey(source, destination, counters, cancellationToken))
        {
            limits.Add(item.Path, item.IsFolder);
        }
        return limits.Offenders.Count > 0
            ? throw BackupErrors.NamesTooLong([.. limits.Offenders.Select(PathText.ForDisplay)], limits.Reasons)
            : ConvertAsync(source, destination, $"Encrypting {source}", item => ProtectPath(sealer, item), sealer.Encrypt, counters, cancellationToken);
    }

    /// <summary>Decrypts everything below <paramref name="source"/>.</summary>
    public Task UnprotectAsync(BackupOpener opener, string source, string destination, CancellationToken cancellationToken)
    {
        var counters = new RunCounters();
        // An encrypted name never has a dot: one file named *.enc tells that this tree's names were left readable.
        var isReadable = TreeFile.Walk(source, destination, _ => { }, cancellationToken).Any(item => !item.IsFolder && HasExtension(item));
        foreach (var item in Survey(source, destination, counters, cancellationToken))
        {
            _ = Rename(item);
        }
        return ConvertAsync(source, destination, $"Decrypting {source}", Rename, opener.Decrypt, counters, cancellationToken);

        string? Rename(TreeFile item) => isReadable ? UnprotectReadable(item) : UnprotectPath(opener, item);
    }

    private IEnumerable<TreeFile> Survey(string source, string destination, RunCounters counters, CancellationToken cancellationToken)
    {
        var bytes = 0L;
        foreach (var item in TreeFile.Walk(source, destination, WarnOfSkipped, cancellationToken))
        {
            bytes += item.Size;
            yield return item;
        }
        counters.Expect(bytes);
    }

    private static string? ProtectPath(BackupSealer sealer, TreeFile item) => sealer.Names is { } names
        ? names.EncryptPath(item.Path)
        : item.IsFolder ? item.Path : item.Path + BackupNames.EncryptedExtension;

    private string? UnprotectReadable(TreeFile item)
    {
        if (item.IsFolder)
        {
            return item.Path;
        }
        if (HasExtension(item))
        {
            return item.Path[..^BackupNames.EncryptedExtension.Length];
        }
        observer.OnWarning($"'{PathText.ForDisplay(item.Path)}' is not encrypted like the other files here, and is left out.");
        return null;
    }

    private static string UnprotectPath(BackupOpener opener, TreeFile item)
    {
        try
        {
            var path = opener.Names!.DecryptPath(item.Path);
            // Only who has the keys can make such names; a mistake of theirs must not lead out of the destination either.
            return path.Count(c => c == '/') == item.Path.Count(c => c == '/') && !path.Contains('\0')
                ? StoragePath.Check(path)
                : throw MacCheck.Failure();
        }
        catch (Exception failure) when (failure is WrongPasswordOrDamagedException or StorageException)
        {
            throw BackupErrors.WrongPasswordOrDamaged($"the name '{PathText.ForDisplay(item.Path)}'", failure);
        }
    }

    private async Task ConvertAsync(
        string source,
        string destination,
        string activity,
        Func<TreeFile, string?> rename,
        Func<Stream, Stream> convert,
        RunCounters counters,
        CancellationToken cancellationToken)
    {
        using var progress = new ProgressReporter(activity, counters, observer, time);
        MakeRoot(destination);
        var storage = StorageProviders.OpenPrivateFolder(destination, random);
        await using var _ = storage.ConfigureAwait(false);
        foreach (var item in TreeFile.Walk(source, destination, _ => { }, cancellationToken))
        {
            if (rename(item) is not { } path)
            {
                continue;
            }
            var full = Path.Join(destination, path);
            if (item.IsFolder)
            {
                MakeFolder(destination, path);
                continue;
            }
            await WriteAsync(storage, item, path, full, stream => convert(new CountedStream(stream, counters)), cancellationToken)
                .ConfigureAwait(false);
            counters.AddEntries(1);
            onFile(new FileInfo(full));
        }
    }

    private async Task WriteAsync(
        IBackupStorage storage, TreeFile item, string path, string full, Func<Stream, Stream> convert, CancellationToken cancellationToken)
    {
        try
        {
            var content = convert(item.Open());
            await using var _ = content.ConfigureAwait(false);
            var mode = replace ? WriteMode.Replace : WriteMode.CreateNew;
            await storage.WriteAsync(path, ObjectContent.FromStream(content), mode, cancellationToken).ConfigureAwait(false);
        }
        catch (WrongPasswordOrDamagedException failure)
        {
            throw BackupErrors.WrongPasswordOrDamaged($"'{PathText.ForDisplay(item.Path)}'", failure);
        }
        catch (StorageException failure)
        {
            throw StorageFailure.ExplainFile(full, failure);
        }
    }

    private static void MakeRoot(string path)
    {
        try
        {
            var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
            if (Directory.Exists(full))
            {
                return;
            }
            var above = Path.GetDirectoryName(full)!;
            Directory.CreateDirectory(above);
            using var parent = LocalFileSystem.Open(above);
            parent.MakePrivateDirectory(Path.GetFileName(full)).Dispose();
            parent.Flush();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw BackupErrors.FileNotWritten(path, failure);
        }
    }

    /// <summary>Makes a folder with any name, also an empty one, which no file's path would make.</summary>
    private static void MakeFolder(string root, string path)
    {
        try
        {
            var folder = LocalFileSystem.Open(root);
            foreach (var name in path.Split('/'))
            {
                using var parent = folder;
                folder = parent.OpenOrMake(name, out _, FolderForm.Private);
            }
            folder.Dispose();
        }
        catch (FileTreeException failure)
        {
            throw BackupErrors.FileNotWritten(Path.Join(root, path), failure);
        }
    }

    private void WarnOfSkipped(string path) => observer.OnWarning($"'{PathText.ForDisplay(path)}' is neither file nor folder, and is left out.");

    private static bool HasExtension(TreeFile item) => item.Path.EndsWith(BackupNames.EncryptedExtension, StringComparison.Ordinal);
}
