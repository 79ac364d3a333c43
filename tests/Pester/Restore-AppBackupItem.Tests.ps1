Describe 'Restore-AppBackupItem' {
    BeforeAll { . $PSScriptRoot/Support.ps1 }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }
    BeforeEach {
        $root = New-TestApp
        $backup = New-AppBackup wiki.example.com
    }

    It 'restores one file under its path' {
        $file = Restore-AppBackupItem $backup.Id data/page.txt "$root/out"
        $file | Should -BeOfType System.IO.FileInfo
        $file.FullName | Should -Be "$root/out/data/page.txt"
        (Get-FileHash $file.FullName).Hash | Should -Be (Get-FileHash "$root/data/page.txt").Hash
        Get-ChildItem "$root/out" -Recurse -File -Force | Should -HaveCount 1
    }

    It 'restores folders and wildcards, from a backup in the pipeline' {
        $null = $backup | Restore-AppBackupItem -Path data/docs, *.jpg -Destination "$root/out"
        Get-Fingerprint "$root/out/data/docs" | Should -Be (Get-Fingerprint "$root/data/docs")
        Test-Path "$root/out/data/photo.jpg" | Should -BeTrue
        Test-Path "$root/out/data/page.txt" | Should -BeFalse
    }

    It 'restores items that were listed' {
        $files = Get-AppBackupItem $backup.Id | Where-Object Type -EQ File | Restore-AppBackupItem -Destination "$root/out"
        $files | Should -HaveCount 4
        Get-FileHash "$root/out/data/photo.jpg" | Select-Object -ExpandProperty Hash | Should -Be (Get-FileHash "$root/data/photo.jpg").Hash
    }

    It 'replaces nothing without -Force' {
        $null = New-Item "$root/out/data" -ItemType Directory
        Set-Content "$root/out/data/page.txt" mine
        { Restore-AppBackupItem $backup.Id data/page.txt "$root/out" -ErrorAction Stop } |
            Should -Throw -ErrorId 'FileExists,CloudBackup.Commands.RestoreAppBackupItemCommand'
        Get-Content "$root/out/data/page.txt" | Should -Be mine
        $null = Restore-AppBackupItem $backup.Id data/page.txt "$root/out" -Force
        (Get-FileHash "$root/out/data/page.txt").Hash | Should -Be (Get-FileHash "$root/data/page.txt").Hash
    }

    It 'restores nothing with -WhatIf' {
        Restore-AppBackupItem $backup.Id * "$root/out" -WhatIf | Should -BeNullOrEmpty
        Test-Path "$root/out" | Should -BeFalse
    }

    It 'names a backup and an item that do not exist' {
        { Restore-AppBackupItem nothing * "$root/out" -ErrorAction Stop } |
            Should -Throw -ErrorId 'BackupNotFound,CloudBackup.Commands.RestoreAppBackupItemCommand'
        { Restore-AppBackupItem $backup.Id data/none "$root/out" -ErrorAction Stop } |
            Should -Throw -ErrorId 'ItemNotFound,CloudBackup.Commands.RestoreAppBackupItemCommand'
    }
}
