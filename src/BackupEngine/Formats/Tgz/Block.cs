namespace CloudBackup.Formats.Tgz;

/// <summary>A buffer of a <see cref="BlockPool"/> and how much of it is filled.</summary>
internal sealed class Block(byte[] bytes)
{
    /// <summary>The whole buffer.</summary>
    public byte[] Bytes { get; } = bytes;

    /// <summary>The bytes in use, from the start.</summary>
    public int Length { get; set; }

    /// <summary>The bytes in use.</summary>
    public ReadOnlySpan<byte> Span => Bytes.AsSpan(0, Length);

    /// <summary>The bytes not in use.</summary>
    public Span<byte> Free => Bytes.AsSpan(Length);
}
