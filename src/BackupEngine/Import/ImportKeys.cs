using CloudBackup.Encryption;
using CloudBackup.Platform;

namespace CloudBackup.Import;

/// <summary>Finds the keys of an encrypted file or folder: those of the password that was given, or without one any of this platform's.</summary>
internal sealed class ImportKeys(BackupKeys? given, KeyRing own)
{
    /// <summary>Opens something with the first keys that fit.</summary>
    /// <param name="path">What is opened, for messages.</param>
    /// <param name="open">Opens it; throws <see cref="WrongPasswordOrDamagedException"/> when the keys do not fit.</param>
    /// <exception cref="BackupException">None fit.</exception>
    public T Open<T>(string path, Func<BackupKeys, T> open)
    {
        WrongPasswordOrDamagedException? last = null;
        foreach (var keys in given is null ? own.ListFrom(null) : [given])
        {
            try
            {
                return open(keys);
            }
            catch (WrongPasswordOrDamagedException failure)
            {
                last = failure;
            }
        }
        throw given is null ? BackupErrors.ImportPasswordNeeded(path) : BackupErrors.WrongPasswordOrDamaged($"'{path}'", last!);
    }
}
