using System.Security;
using CloudBackup.Encryption;
using CloudBackup.FileTree;
using CloudBackup.Infrastructure;
using CloudBackup.Layout;
using CloudBackup.Progress;
using CloudBackup.Storage;

namespace CloudBackup.Protection;

/// <summary>
/// Encrypts and decrypts files, folder trees and names with a password, in the format of encrypted backups (CBV2): what it decrypts may
/// come from a backup, and what it encrypts opens with the documented format. A file appears under its name only when it is complete, on
/// the disk, and (decrypted) authenticated. Contents are streamed: memory does not depend on their size. Thread-safe.
/// </summary>
public sealed class FileProtection : IDisposable
{
    /// <summary>What names of encrypted files end in when the name itself stays readable.</summary>
    public const string Extension = BackupNames.EncryptedExtension;

    private readonly BackupKeys _keys;
    private readonly IRandomSource _random = new SystemRandomSource();
    private readonly TimeProvider _time;

    /// <summary>Derives the keys.</summary>
    /// <param name="password">The password.</param>
    /// <param name="time">The clock, for progress.</param>
    /// <exception cref="BackupException">The password is empty.</exception>
    public FileProtection(SecureString password, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(password);
        _keys = password.Length == 0 ? throw BackupErrors.PasswordEmpty() : BackupKeys.Derive(password);
        _time = time;
    }

    /// <summary>The name of the encrypted form of a file.</summary>
    public static string ProtectedName(string name) => name + Extension;

    /// <summary>The name of the decrypted form of a file.</summary>
    /// <exception cref="BackupException">The name is not that of an encrypted file.</exception>
    public static string UnprotectedName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length > Extension.Length && name.EndsWith(Extension, StringComparison.OrdinalIgnoreCase)
            ? name[..^Extension.Length]
            : throw BackupErrors.DestinationNeeded(name);
    }

    /// <summary>Encrypts a file.</summary>
    /// <param name="source">The file; a symbolic link is followed.</param>
    /// <param name="destination">The encrypted file; its folder must exist.</param>
    /// <param name="replace">Whether an existing file may be replaced.</param>
    /// <param name="observer">Is told of progress.</param>
    /// <param name="cancellationToken">Stops; the destination is then as it was.</param>
    /// <exception cref="BackupException">The source cannot be read, or the destination exists or cannot be written.</exception>
    public Task<FileInfo> ProtectAsync(
        string source, string destination, bool replace, IOperationObserver observer, CancellationToken cancellationToken) =>
        ConvertAsync(source, destination, replace, $"Encrypting {source}", new BackupSealer(_keys, true, _random).Encrypt, observer, cancellationToken);

    /// <summary>Decrypts a file.</summary>
    /// <param name="source">The file; a symbolic link is followed.</param>
    /// <param name="destination">The decrypted file, readable by its owner only; its folder must exist.</param>
    /// <param name="replace">Whether an existing file may be replaced.</param>
    /// <param name="observer">Is told of progress.</param>
    /// <param name="cancellationToken">Stops; the destination is then as it was.</param>
    /// <exception cref="BackupException">
    /// <c>WrongPasswordOrDamaged</c>; or the source cannot be read, or the destination exists or cannot be written.
    /// </exception>
    public async Task<FileInfo> UnprotectAsync(
        string source, string destination, bool replace, IOperationObserver observer, CancellationToken cancellationToken)
    {
        var activity = $"Decrypting {source}";
        try
        {
            try
            {
                return await ConvertAsync(
                    source, destination, replace, activity, new BackupOpener(_keys, true).Decrypt, observer, cancellationToken).ConfigureAwait(false);
            }
            catch (WrongPasswordOrDamagedException)
            {
                // Computing both HMACs at once would slow down every file for the sake of the rare ones that cover the magic too.
                var opener = new BackupOpener(_keys, true, MacCoverage.Everything);
                return await ConvertAsync(
                    source, destination, replace, activity, opener.Decrypt, observer, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (WrongPasswordOrDamagedException failure)
        {
            throw BackupErrors.WrongPasswordOrDamaged($"'{source}'", failure);
        }
    }

    /// <summary>Encrypts all files below a folder into another one.</summary>
    /// <param name="source">The folder.</param>
    /// <param name="destination">The folder for the encrypted files; made when it is missing.</param>
    /// <param name="encryptNames">Whether names are encrypted; otherwise each file's name gets <see cref="Extension"/>.</param>
    /// <param name="replace">Whether existing files may be replaced.</param>
    /// <param name="observer">Is told of progress, and warned of what is neither file nor folder.</param>
    /// <param name="onFile">Gets each file when it is done.</param>
    /// <param name="cancellationToken">Stops; the file under way is then as it was.</param>
    /// <exception cref="BackupException">A name is too long (before anything is written), or a file cannot be read or written.</exception>
    public Task ProtectTreeAsync(
        string source,
        string destination,
        bool encryptNames,
        bool replace,
        IOperationObserver observer,
        Action<FileInfo> onFile,
        CancellationToken cancellationToken) =>
        new ProtectedTree(_random, _time, replace, observer, onFile)
            .ProtectAsync(new BackupSealer(_keys, encryptNames, _random), source, destination, cancellationToken);

    /// <summary>
    /// Decrypts all files below a folder into another one. Names are decrypted too; files whose names end in <see cref="Extension"/> have
    /// readable names, and lose that.
    /// </summary>
    /// <param name="source">The folder.</param>
    /// <param name="destination">The folder for the decrypted files; made when it is missing.</param>
    /// <param name="replace">Whether existing files may be replaced.</param>
    /// <param name="observer">Is told of progress, and warned of what is neither file nor folder.</param>
    /// <param name="onFile">Gets each file when it is done.</param>
    /// <param name="cancellationToken">Stops; the file under way is then as it was.</param>
    /// <exception cref="BackupException"><c>WrongPasswordOrDamaged</c>, or a file cannot be read or written.</exception>
    public Task UnprotectTreeAsync(
        string source,
        string destination,
        bool replace,
        IOperationObserver observer,
        Action<FileInfo> onFile,
        CancellationToken cancellationToken) =>
        new ProtectedTree(_random, _time, replace, observer, onFile)
            .UnprotectAsync(new BackupOpener(_keys, true, MacCoverage.Either), source, destination, cancellationToken);

    /// <summary>Encrypts a name, or each part of a relative path.</summary>
    /// <exception cref="BackupException">It is no relative path, or a part is too long.</exception>
    public string ProtectName(string path) => ForEachPart(path, ProtectPart);

    /// <summary>Decrypts a name, or each part of a relative path.</summary>
    /// <exception cref="BackupException"><c>WrongPasswordOrDamaged</c>, or it is no relative path.</exception>
    public string UnprotectName(string path)
    {
        try
        {
            return ForEachPart(path, new FileNameCipher(_keys).Decrypt);
        }
        catch (WrongPasswordOrDamagedException failure)
        {
            throw BackupErrors.WrongPasswordOrDamaged($"the name '{path}'", failure);
        }
    }

    /// <summary>Forgets the keys.</summary>
    public void Dispose() => _keys.Dispose();

    private string ProtectPart(string part) =>
        FileNameCipher.FindFault(part) is { } fault ? throw BackupErrors.NamesTooLong([part], [fault]) : new FileNameCipher(_keys).Encrypt(part);

    private static string ForEachPart(string path, Func<string, string> convert)
    {
        var parts = path.Split('/');
        return Array.TrueForAll(parts, part => part.Length > 0)
            ? string.Join('/', parts.Select(convert))
            : throw BackupErrors.NameInvalid("name or relative path", path, "parts separated by single slashes");
    }

    private async Task<FileInfo> ConvertAsync(
        string source,
        string destination,
        bool replace,
        string activity,
        Func<Stream, Stream> convert,
        IOperationObserver observer,
        CancellationToken cancellationToken)
    {
        var path = Path.GetFullPath(destination);
        var mode = replace ? WriteMode.Replace : WriteMode.CreateNew;
        var storage = StorageProviders.OpenPrivateFolder(Path.GetDirectoryName(path) ?? "/", _random);
        await using var _ = storage.ConfigureAwait(false);
        try
        {
            if (Directory.Exists(path) || (!replace && File.Exists(path)))
            {
                throw BackupErrors.FileExists(path);
            }
            var counters = new RunCounters();
            var file = OpenSource(source);
            counters.Expect(file.Length);
            var converted = convert(new CountedStream(file, counters));
            await using var __ = converted.ConfigureAwait(false);
            using var progress = new ProgressReporter(activity, counters, observer, _time);
            var content = ObjectContent.FromStream(converted);
            await storage.WriteAsync(Path.GetFileName(path), content, mode, cancellationToken).ConfigureAwait(false);
            return new FileInfo(path);
        }
        catch (StorageException failure)
        {
            throw StorageFailure.ExplainFile(path, failure);
        }
    }

    private static FileStream OpenSource(string source)
    {
        if (Directory.Exists(source))
        {
            throw BackupErrors.FolderNeedsRecurse(source);
        }
        try
        {
            return RegularFile.Open(source);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw BackupErrors.FileNotRead(source, failure);
        }
    }
}
