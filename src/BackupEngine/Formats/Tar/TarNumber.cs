namespace CloudBackup.Formats.Tar;

/// <summary>Numbers of header fields: octal digits, or big-endian binary when the first bit is set (GNU tar, star, libarchive).</summary>
internal static class TarNumber
{
    /// <summary>
    /// Reads a field. As in bsdtar, Python, busybox and 7-Zip, spaces may come before the digits, and a NUL ends the number: a field that
    /// begins with a NUL is 0, whatever follows. Two readers that see two sizes would see two archives.
    /// </summary>
    /// <exception cref="TarFormatException">It is not a number, or a larger one than 64 bits hold.</exception>
    public static long Read(ReadOnlySpan<byte> field)
    {
        if ((field[0] & 0x80) != 0)
        {
            return ReadBinary(field);
        }
        field = field.TrimStart((byte)' ');
        long value = 0;
        foreach (var digit in field)
        {
            if (digit is 0 or (byte)' ')
            {
                break;
            }
            if (digit is < (byte)'0' or > (byte)'7')
            {
                throw new TarFormatException("A number in a header is malformed.");
            }
            value = (value << 3) | (uint)(digit - '0');
        }
        return value;
    }

    private static long ReadBinary(ReadOnlySpan<byte> field)
    {
        var isNegative = (field[0] & 0x40) != 0;
        Int128 value = isNegative ? -1 : 0;
        value = (value << 6) | (Int128)(field[0] & 0x3F);
        foreach (var part in field[1..])
        {
            value = (value << 8) | part;
        }
        return value >= long.MinValue && value <= long.MaxValue
            ? (long)value
            : throw new TarFormatException("A number in a header is too large.");
    }
}
