using CloudBackup.Infrastructure;

namespace CloudBackup.Tests.Support;

/// <summary>Randomness that is the same in every run.</summary>
internal sealed class SeededRandom(int seed) : IRandomSource
{
#pragma warning disable RS0030 // the seed makes it deterministic
    private readonly Random _random = new(seed);
#pragma warning restore RS0030

    public void Fill(Span<byte> buffer)
    {
        lock (_random)
        {
            _random.NextBytes(buffer);
        }
    }

    public int Next(int limit)
    {
        lock (_random)
        {
            return _random.Next(limit);
        }
    }

    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        Fill(bytes);
        return bytes;
    }

    /// <summary>Bytes that compress about three to one.</summary>
    public byte[] Text(int count)
    {
        var words = new[] { "backup ", "restore ", "the ", "quick ", "archive\n", "tree ", "folder ", "0123 ", "hash " };
        var bytes = new byte[count];
        for (var at = 0; at < count;)
        {
            var word = System.Text.Encoding.ASCII.GetBytes(words[Next(words.Length)]);
            var length = Math.Min(word.Length, count - at);
            word.AsSpan(0, length).CopyTo(bytes.AsSpan(at));
            at += length;
        }
        return bytes;
    }
}
