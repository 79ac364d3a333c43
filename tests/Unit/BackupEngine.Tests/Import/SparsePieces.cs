using System.Text;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Import;

/// <summary>An archive with a sparse file whose map has many empty pieces, made while it is read.</summary>
internal sealed class SparsePieces : Stream
{
    private readonly IEnumerator<byte[]> _parts;
    private ReadOnlyMemory<byte> _rest;

    public SparsePieces(string form, int pieces) => _parts = (form switch
    {
        "in the content" or "too many in the content" => InContent(pieces),
        "in records" => InRecords(pieces),
        _ => InBlocks(pieces, isEmpty: form == "empty blocks"),
    }).GetEnumerator();

    public long Given { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count)
    {
        while (_rest.IsEmpty && _parts.MoveNext())
        {
            _rest = _parts.Current;
        }
        var given = Math.Min(count, _rest.Length);
        _rest[..given].CopyTo(buffer.AsMemory(offset));
        _rest = _rest[given..];
        Given += given;
        return given;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static IEnumerable<byte[]> InContent(int pieces)
    {
        yield return new HandMadeTar().Pax('x', ("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "data/f"), ("GNU.sparse.realsize", "9")).Bytes;
        yield return HandMadeTar.Header("data/f", '0', 1L << 30);
        yield return Encoding.ASCII.GetBytes($"{pieces}\n");
        for (var i = 0; i < pieces; i++)
        {
            yield return "0\n0\n"u8.ToArray();
        }
    }

    private static IEnumerable<byte[]> InRecords(int pieces)
    {
        const int AtOnce = 100_000;
        var records = Enumerable.Range(0, 2 * AtOnce).Select(i => (i % 2 == 0 ? "GNU.sparse.offset" : "GNU.sparse.numbytes", "0")).ToArray();
        var header = new HandMadeTar().Pax('x', [("GNU.sparse.size", "9"), .. records]).Bytes;
        for (var i = 0; i < pieces; i += AtOnce)
        {
            yield return header;
        }
        yield return HandMadeTar.Header("data/f", '0', 0);
    }

    private static IEnumerable<byte[]> InBlocks(int pieces, bool isEmpty)
    {
        yield return HandMadeTar.Header("data/f", 'S', 0, change: block =>
        {
            HandMadeTar.Put(block, 257, "ustar  \0");
            block[482] = 1;
            HandMadeTar.Put(block, 483, "00000000011");
        });
        var block = new byte[512];
        for (var i = 0; i < 21 && !isEmpty; i++)
        {
            HandMadeTar.Put(block, i * 24, "00000000000\000000000000");
        }
        block[504] = 1;
        for (var i = 0; i < pieces; i += 21)
        {
            yield return block;
        }
    }
}
