namespace CloudBackup.Formats.Tar;

/// <summary>The checksum of a header block: the sum of its bytes, its own field counted as spaces.</summary>
internal static class TarChecksum
{
    /// <summary>Sums up one block of 512 bytes.</summary>
    public static int Of(ReadOnlySpan<byte> block)
    {
        var sum = TarFormat.ChecksumLength * ' ';
        foreach (var value in block[..TarFormat.ChecksumOffset])
        {
            sum += value;
        }
        foreach (var value in block[(TarFormat.ChecksumOffset + TarFormat.ChecksumLength)..TarFormat.BlockSize])
        {
            sum += value;
        }
        return sum;
    }
}
