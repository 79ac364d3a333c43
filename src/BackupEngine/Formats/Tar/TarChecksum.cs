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

    /// <summary>Whether a block has its own checksum. Some old programs summed up signed bytes.</summary>
    public static bool IsRight(ReadOnlySpan<byte> block)
    {
        long stored;
        try
        {
            stored = TarNumber.Read(block.Slice(TarFormat.ChecksumOffset, TarFormat.ChecksumLength));
        }
        catch (TarFormatException)
        {
            return false;
        }
        var sum = Of(block);
        return stored == sum || stored == sum - (256 * CountHigh(block));
    }

    private static int CountHigh(ReadOnlySpan<byte> block)
    {
        var count = 0;
        for (var i = 0; i < TarFormat.BlockSize; i++)
        {
            var isOwn = i is >= TarFormat.ChecksumOffset and < TarFormat.ChecksumOffset + TarFormat.ChecksumLength;
            count += block[i] >= 0x80 && !isOwn ? 1 : 0;
        }
        return count;
    }
}
