using System.Security.Cryptography;
using System.Text;
using CloudBackup.Infrastructure;

namespace CloudBackup.Storage.FileSystem;

/// <summary>
/// Names of files that are still being written: <c>.cbpart-HASH-RANDOM</c>. The hash tells which object they were to become, so that
/// what a killed run left of one backup can be removed while another one is being written beside it; the length is fixed, so that objects
/// with names as long as the file system takes can be written too.
/// </summary>
internal static class PartialName
{
    private const string Prefix = ".cbpart-";
    private const int HexLength = 16;

    /// <summary>A new name for writing the object <paramref name="name"/>.</summary>
    public static string For(string name, IRandomSource random) => $"{PrefixOf(name)}{random.NextHex(HexLength / 2)}";

    /// <summary>Whether a name is one of ours, for any object: exactly of this form, since objects may have names that begin like it.</summary>
    public static bool IsPartial(string fileName) => fileName.Length == Prefix.Length + (2 * HexLength) + 1
        && fileName.StartsWith(Prefix, StringComparison.Ordinal) && fileName[Prefix.Length + HexLength] == '-'
        && fileName[Prefix.Length..].Remove(HexLength, 1).All(char.IsAsciiHexDigitLower);

    /// <summary>Whether a name is one of ours for the object <paramref name="name"/>.</summary>
    public static bool IsPartialOf(string fileName, string name) => IsPartial(fileName) && fileName.StartsWith(PrefixOf(name), StringComparison.Ordinal);

    private static string PrefixOf(string name) =>
        $"{Prefix}{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, HexLength / 2))}-";
}
