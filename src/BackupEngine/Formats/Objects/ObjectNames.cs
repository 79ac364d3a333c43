using CloudBackup.Encryption;
using CloudBackup.Layout;

namespace CloudBackup.Formats.Objects;

/// <summary>
/// Which object a file is stored as: the same path when nothing is encrypted, the path with <c>.enc</c> when contents are, and a path of
/// encrypted names when those are too. Folders that come one after the other are encrypted once. Not thread-safe.
/// </summary>
/// <param name="cipher">That of the backup; null for backups that are not encrypted.</param>
internal sealed class ObjectNames(BackupCipher? cipher)
{
    private const int MostFolders = 4096;

    private readonly Dictionary<string, string> _folders = new(StringComparer.Ordinal);

    /// <summary>How names become object names.</summary>
    public NameForm Form { get; } = cipher is null ? NameForm.Plain : cipher.Names is null ? NameForm.Suffixed : NameForm.Encrypted;

    /// <summary>The object of a file.</summary>
    public string ObjectOf(string path) => Form switch
    {
        NameForm.Plain => path,
        NameForm.Suffixed => path + BackupNames.EncryptedExtension,
        _ => EncryptPath(path),
    };

    /// <summary>The file of an object; null when no file is stored under such a name.</summary>
    public string? PathOf(string objectPath)
    {
        switch (Form)
        {
            case NameForm.Plain:
                return objectPath;
            case NameForm.Suffixed:
                return objectPath.EndsWith(BackupNames.EncryptedExtension, StringComparison.Ordinal)
                    && objectPath.LastIndexOf('/') < objectPath.Length - BackupNames.EncryptedExtension.Length - 1
                        ? objectPath[..^BackupNames.EncryptedExtension.Length]
                        : null;
            default:
                try
                {
                    return cipher!.Names!.DecryptPath(objectPath);
                }
                catch (WrongPasswordOrDamagedException)
                {
                    return null;
                }
        }
    }

    /// <summary>Bytes that a content of <paramref name="length"/> bytes takes in the storage.</summary>
    public long StoredSize(long length) => cipher?.StoredLength(length) ?? length;

    private string EncryptPath(string path)
    {
        var slash = path.LastIndexOf('/');
        var name = cipher!.Names!.Encrypt(path[(slash + 1)..]);
        return slash < 0 ? name : $"{EncryptFolder(path[..slash])}/{name}";
    }

    private string EncryptFolder(string folder)
    {
        if (!_folders.TryGetValue(folder, out var encrypted))
        {
            encrypted = EncryptPath(folder);
            if (_folders.Count == MostFolders)
            {
                _folders.Clear();
            }
            _folders.Add(folder, encrypted);
        }
        return encrypted;
    }
}
