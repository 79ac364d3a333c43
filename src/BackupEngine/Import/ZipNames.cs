using System.IO.Hashing;
using System.Text;
using System.Text.Unicode;
using CloudBackup.FileTree;

namespace CloudBackup.Import;

/// <summary>Names in a zip: UTF-8 when an entry says so, else in a code page that nothing tells.</summary>
internal static class ZipNames
{
    private const int Utf8Flag = 0x800;
    private const int UnicodePathExtra = 0x7075;

    /// <summary>The name of an entry.</summary>
    /// <param name="record">The entry.</param>
    /// <param name="encoding">What the user says of names that do not tell; null for nothing.</param>
    /// <param name="isRaw">Whether nothing tells what its bytes mean; they are kept.</param>
    public static string Decode(ZipRecord record, Encoding? encoding, out bool isRaw)
    {
        isRaw = false;
        if ((record.Flags & Utf8Flag) == 0 && FindUnicode(record) is { } unicode)
        {
            return unicode;
        }
        if ((record.Flags & Utf8Flag) == 0 && !Utf8.IsValid(record.Name) && encoding is not null)
        {
            try
            {
                return encoding.GetString(record.Name);
            }
            catch (DecoderFallbackException)
            {
                // Not in this code page after all.
            }
        }
        isRaw = !Utf8.IsValid(record.Name);
        return PathText.FromBytes(record.Name);
    }

    /// <summary>The code page of a number or a name.</summary>
    /// <exception cref="BackupException">There is none.</exception>
    public static Encoding FindEncoding(string name)
    {
        var digits = name.StartsWith("cp", StringComparison.OrdinalIgnoreCase) ? name[2..] : name;
        var isNumber = int.TryParse(digits, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number);
        try
        {
            var found = isNumber ? CodePagesEncodingProvider.Instance.GetEncoding(number, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)
                : CodePagesEncodingProvider.Instance.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
            return found ?? (isNumber ? Encoding.GetEncoding(number, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)
                : Encoding.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback));
        }
        catch (Exception failure) when (failure is ArgumentException or NotSupportedException)
        {
            throw BackupErrors.ImportZipEncodingUnknown(name, failure);
        }
    }

    /// <summary>Info-ZIP's field: version 1, the checksum of the name that it is of, and that name in UTF-8.</summary>
    private static string? FindUnicode(ZipRecord record)
    {
        var field = record.FindExtra(UnicodePathExtra);
        return field.Length > 5 && field[0] == 1 && Utf8.IsValid(field[5..])
            && System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(field[1..]) == Crc32.HashToUInt32(record.Name)
            ? Encoding.UTF8.GetString(field[5..])
            : null;
    }
}
