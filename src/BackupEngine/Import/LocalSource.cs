using System.Text;
using CloudBackup.Encryption;
using CloudBackup.FileTree;
using CloudBackup.Formats.Index;
using CloudBackup.Formats.Tar;
using CloudBackup.Layout;
using CloudBackup.Platform;
using CloudBackup.Progress;
using CloudBackup.Reading;
using CloudBackup.Restore;
using ICSharpCode.SharpZipLib;

namespace CloudBackup.Import;

/// <summary>
/// A file or folder on this machine that holds a folder <c>data</c>: an archive or a folder of ours, encrypted or not, without the record of its
/// backup; or whatever another program made.
/// </summary>
internal sealed class LocalSource : IRestoreSource, IDisposable
{
    private readonly EngineContext _context;
    private readonly LocalContent _content;

    private LocalSource(EngineContext context, string path, LocalContent content, AppConfig? config)
    {
        _context = context;
        _content = content;
        Name = path;
        Config = config;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>The app's configuration; null when there is none, or none that stands before all else.</summary>
    public AppConfig? Config { get; }

    /// <inheritdoc/>
    public string? Version => Config?.Version;

    /// <inheritdoc/>
    public bool IsTrusted => _content.IsTrusted;

    /// <inheritdoc/>
    public string? Doubt => IsTrusted || Config is null
        ? null
        : $"'{Name}' is not trusted: anyone who can write to it can have changed it. Check where it comes from and what it holds.";

    /// <inheritdoc/>
    public string? ResumeKey => null;

    /// <inheritdoc/>
    public long Size => _content.Size;

    /// <summary>Opens a file or folder, and refuses what can be told to be useless before anything is touched.</summary>
    /// <param name="context">The platform.</param>
    /// <param name="path">The file or folder.</param>
    /// <param name="given">The keys of the password that was given; null when none was.</param>
    /// <param name="zipEncoding">How names of a zip are encoded that do not say so; null when it was not given.</param>
    /// <param name="needsConfig">Whether the configuration is looked for in all of it; ours stands before all else.</param>
    /// <param name="cancellationToken">Stops the look.</param>
    /// <exception cref="BackupException">It is not there, cannot be read, needs a password, or was encrypted with another one.</exception>
    public static Task<LocalSource> OpenAsync(
        EngineContext context, string path, BackupKeys? given, Encoding? zipEncoding, bool needsConfig, CancellationToken cancellationToken) =>
        Task.Run(() => Guard(path, () => Open(context, path, given, zipEncoding, needsConfig, cancellationToken)), cancellationToken);

    /// <inheritdoc/>
    public async Task<AppConfig?> UnpackAsync(UnpackTarget target, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(() => Guard(Name, () => Unpack(target, cancellationToken)), cancellationToken).ConfigureAwait(false);
        }
        catch (FileTreeException failure)
        {
            throw BackupErrors.DestinationUnusable(target.Destination, failure);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _content.Dispose();

    private static LocalSource Open(
        EngineContext context, string path, BackupKeys? given, Encoding? zipEncoding, bool needsConfig, CancellationToken cancellationToken)
    {
        var keys = new ImportKeys(given, context.Keys);
        LocalContent? content = null;
        try
        {
            content = Directory.Exists(path)
                ? FolderContent.Open(path, keys, cancellationToken)
                : ArchiveContent.Open(context, path, keys, zipEncoding, cancellationToken);
            return new LocalSource(context, path, content, FindConfig(content, path, needsConfig, cancellationToken));
        }
        catch (Exception failure)
        {
            content?.Dispose();
            throw failure is FileTreeException ? BackupErrors.FileNotRead(path, failure) : failure;
        }
    }

    private static AppConfig? FindConfig(LocalContent content, string path, bool isNeeded, CancellationToken cancellationToken)
    {
        foreach (var (entry, read) in content.Read(cancellationToken).Where(found => found.Entry.Kind == EntryKind.File))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (entry.Path == AppConfig.Path)
            {
                return UnpackedContent.ParseConfig(LocalEntry.ReadAll(read, UnpackedContent.LargestConfig), path);
            }
            if (!isNeeded)
            {
                break;
            }
        }
        return null;
    }

    private AppConfig? Unpack(UnpackTarget target, CancellationToken cancellationToken)
    {
        var root = target.Folder;
        var counters = new RunCounters();
        var defaults = LocalDefaults.Of(target.Destination, _context.Time.GetUtcNow());
        var folders = new LocalFolders();
        using var restored = new RestoreTarget(root, Name, _content.IsTrusted, target.Destination)
        {
            ImpliedFolder = defaults.Folder,
            OnFolderReplaced = folders.Remove,
        };
        using (new ProgressReporter(target.Activity, counters, target.Observer, _context.Time))
        {
            new LocalUnpacker(restored, Name, counters, target, defaults, folders).Run(_content.Read(cancellationToken), cancellationToken);
        }
        var config = UnpackedContent.TryReadConfig(root, Name);
        UnpackedContent.Assemble(config, root, target.Observer);
        if (!root.Exists(AppConfig.DataPath))
        {
            throw BackupErrors.ImportDataMissing(Name);
        }
        root.FlushFileSystem();
        restored.Report(target.Observer);
        _content.Report(target.Observer);
        return config;
    }

    private static T Guard<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (WrongPasswordOrDamagedException failure)
        {
            throw BackupErrors.WrongPasswordOrDamaged($"'{path}'", failure);
        }
        catch (Exception failure) when (failure is SharpZipBaseException or InvalidDataException or EndOfStreamException or TarFormatException or IndexFormatException)
        {
            throw BackupErrors.ImportUnreadable(path, failure.Message, failure);
        }
        catch (IOException failure) when (failure is not FileTreeException)
        {
            throw BackupErrors.FileNotRead(path, failure);
        }
    }
}
