using System.IO.Compression;

namespace CloudBackup.Formats.Tgz;

/// <summary>
/// Makes the members of an archive (<see cref="ArchiveFrame"/>). Data that does not compress is stored: a sample decides, so that media costs no deflate time, and so does the
/// result, so that a member is never noticeably longer than its data. Not thread-safe; one per worker.
/// </summary>
internal sealed class MemberCompressor(int level)
{
    private const int SampleLength = 8 * 1024;
    private const int SampleCount = 3;
    private const double WorthwhileRatio = 0.97;

    private readonly byte[] _sample = new byte[SampleLength * SampleCount];
    private readonly byte[] _sampleOutput = new byte[(SampleLength * SampleCount) + 4096];

    /// <summary>Compresses <paramref name="data"/> into the empty block <paramref name="output"/>.</summary>
    public void Compress(ReadOnlySpan<byte> data, Block output)
    {
        output.Length = !data.IsEmpty && !LooksIncompressible(data) && TryDeflate(data, output.Bytes, level, out var length)
            && length <= ArchiveFrame.StoredLength(data.Length)
                ? length
                : ArchiveFrame.Store(data, output.Bytes);
    }

    private bool LooksIncompressible(ReadOnlySpan<byte> data)
    {
        if (data.Length < _sample.Length * 2)
        {
            return false;
        }
        for (var i = 0; i < SampleCount; i++)
        {
            var start = (int)((long)(data.Length - SampleLength) * i / (SampleCount - 1));
            data.Slice(start, SampleLength).CopyTo(_sample.AsSpan(i * SampleLength));
        }
        return !TryDeflate(_sample, _sampleOutput, 1, out var length) || length > _sample.Length * WorthwhileRatio;
    }

    /// <summary>A flush ends the member at a byte; the end of the stream, which follows, is for the trailer.</summary>
    private static bool TryDeflate(ReadOnlySpan<byte> data, byte[] output, int level, out int length)
    {
        using var target = new MemberStream(output);
        using (var deflate = new DeflateStream(target, new ZLibCompressionOptions { CompressionLevel = level }, leaveOpen: true))
        {
            deflate.Write(data);
            deflate.Flush();
            target.Seal();
        }
        length = target.MemberLength;
        return !target.HasOverflown;
    }

    /// <summary>Takes what DeflateStream writes until it is sealed; what does not fit is dropped and noted.</summary>
    private sealed class MemberStream(byte[] output) : Stream
    {
        private bool _isSealed;

        public int MemberLength { get; private set; }

        public bool HasOverflown { get; private set; }

        public void Seal() => _isSealed = true;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (_isSealed)
            {
                return;
            }
            if (HasOverflown || buffer.Length > output.Length - MemberLength)
            {
                HasOverflown = true;
                return;
            }
            buffer.CopyTo(output.AsSpan(MemberLength));
            MemberLength += buffer.Length;
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
