using System.Security.Cryptography;

namespace CloudBackup.Infrastructure;

/// <summary>Where randomness comes from; tests give their own.</summary>
internal interface IRandomSource
{
    /// <summary>Fills the buffer with random bytes fit for keys.</summary>
    void Fill(Span<byte> buffer);
}

/// <summary>The operating system's randomness.</summary>
internal sealed class SystemRandomSource : IRandomSource
{
    /// <inheritdoc/>
    public void Fill(Span<byte> buffer) => RandomNumberGenerator.Fill(buffer);
}

/// <summary>Values made of random bytes.</summary>
internal static class RandomSourceExtensions
{
    /// <summary>A random text of hexadecimal digits, two for each byte.</summary>
    public static string NextHex(this IRandomSource random, int bytes)
    {
        Span<byte> buffer = stackalloc byte[bytes];
        random.Fill(buffer);
        return Convert.ToHexStringLower(buffer);
    }

    /// <summary>A random (version 4) GUID.</summary>
    public static Guid NextGuid(this IRandomSource random)
    {
        Span<byte> buffer = stackalloc byte[16];
        random.Fill(buffer);
        buffer[6] = (byte)((buffer[6] & 0x0F) | 0x40);
        buffer[8] = (byte)((buffer[8] & 0x3F) | 0x80);
        return new Guid(buffer, bigEndian: true);
    }
}
