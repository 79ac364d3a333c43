using CloudBackup.Formats.Tar;

namespace CloudBackup.Import;

/// <summary>Reads the blocks of a tar archive, and says what is wrong when they end too early or do not end.</summary>
internal sealed class TarInput(Stream archive, CancellationToken cancellationToken)
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private long _position;

    /// <summary>Whether nothing was there to be read.</summary>
    public bool IsEmpty => _position == 0;

    /// <summary>Reads one block; false at the end of the archive.</summary>
    /// <exception cref="TarFormatException">It is cut within the block.</exception>
    public bool TryReadBlock(byte[] block)
    {
        var count = Fill(block);
        return count == block.Length || (count == 0 ? false : throw Cut());
    }

    /// <summary>Fills a buffer.</summary>
    /// <exception cref="TarFormatException">The archive ends before.</exception>
    public void ReadExactly(byte[] buffer)
    {
        if (Fill(buffer) < buffer.Length)
        {
            throw Cut();
        }
    }

    /// <summary>Reads up to as many bytes as the buffer takes.</summary>
    /// <exception cref="TarFormatException">There are none.</exception>
    public int ReadSome(Span<byte> buffer)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var count = archive.Read(buffer);
        _position += count;
        return count > 0 ? count : throw Cut();
    }

    /// <summary>The content that begins here.</summary>
    public TarContent Begin(long length) => new(this, length);

    /// <summary>Passes bytes over.</summary>
    public void Skip(long count)
    {
        while (count > 0)
        {
            count -= ReadSome(_buffer.AsSpan(0, (int)Math.Min(_buffer.Length, count)));
        }
    }

    /// <summary>Reads on behind the first block of zeros: there may be only more of them.</summary>
    /// <exception cref="BackupException">Another archive follows.</exception>
    /// <exception cref="TarFormatException">Something else follows.</exception>
    public void RequireEnd(byte[] block, string path)
    {
        while (Fill(_buffer) is > 0 and var count)
        {
            var at = _buffer.AsSpan(0, count).IndexOfAnyExcept((byte)0);
            if (at < 0)
            {
                continue;
            }
            var start = at / TarFormat.BlockSize * TarFormat.BlockSize;
            var follows = _position - count + start;
            if (count - start >= TarFormat.BlockSize && TarChecksum.IsRight(_buffer.AsSpan(start, block.Length)))
            {
                throw BackupErrors.ImportArchiveFollows(path, follows);
            }
            throw new TarFormatException($"What follows its end mark, from byte {follows} on, does not belong to a tar archive. Either it is damaged, "
                + "or something was appended: if that is so, unpack it with 'tar -x' and import the folder.");
        }
    }

    private int Fill(byte[] buffer)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var count = archive.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        _position += count;
        return count;
    }

    private static TarFormatException Cut() => new("The archive is cut. Fetch it again.");
}

/// <summary>The content of one entry, in whole blocks.</summary>
internal sealed class TarContent(TarInput input, long length)
{
    private const int LongestNumber = 20;

    private long _padding = TarFormat.Padded(length) - length;

    /// <summary>Bytes that are still to be read.</summary>
    public long Left { get; private set; } = length;

    /// <summary>Reads the next bytes; 0 at the end.</summary>
    public int Read(byte[] buffer)
    {
        var count = (int)Math.Min(buffer.Length, Left);
        if (count == 0)
        {
            return 0;
        }
        var read = input.ReadSome(buffer.AsSpan(0, count));
        Left -= read;
        return read;
    }

    /// <summary>Passes over what was not read, and what fills the last block.</summary>
    public void Skip()
    {
        input.Skip(Left);
        input.Skip(_padding);
        (Left, _padding) = (0, 0);
    }

    /// <summary>Reads the map of a sparse file from the beginning of its content: decimal numbers, one a line, in whole blocks.</summary>
    /// <exception cref="TarFormatException">It is malformed.</exception>
    public void ReadMap(SparseMap map)
    {
        var block = new byte[TarFormat.BlockSize];
        var at = block.Length;
        var count = Next();
        SparseMap.Require(count);
        for (var left = count; left > 0; left--)
        {
            map.Add(Next(), Next());
        }

        long Next()
        {
            Span<byte> digits = stackalloc byte[LongestNumber];
            for (var count = 0; count < digits.Length; count++)
            {
                if (at == block.Length)
                {
                    Left -= block.Length;
                    if (Left < 0)
                    {
                        break;
                    }
                    input.ReadExactly(block);
                    at = 0;
                }
                digits[count] = block[at++];
                if (digits[count] == '\n')
                {
                    return PaxSparse.Number(digits[..count]);
                }
            }
            throw new TarFormatException("The map of a sparse file is malformed.");
        }
    }
}
